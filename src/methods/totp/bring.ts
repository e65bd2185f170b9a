import { z } from 'zod'
import type { FieldSealer } from '../../keys/field-seal.ts'
import { newRowId } from '../../shared/ids.ts'
import { readTotpSecret, sealTotpSecret } from './secret.ts'
import { STORED_TOTP, type StoredTotp } from './stored.ts'

/** An app that was enrolled elsewhere. */
const FOREIGN = z.object({
  ...STORED_TOTP.pick({ algorithm: true, digits: true, period: true }).shape,
  /** Base32 (RFC 4648 §6), however it is spelled. */
  secret: z.string(),
})

export type ForeignTotp = z.output<typeof FOREIGN>

/**
 * It has shown there that it knows the secret, so it counts here at once. Which of its codes were used there nobody knows:
 * each is good once here. Undefined for what no app here can be.
 */
export const bringTotp =
  (sealer: Pick<FieldSealer, 'seal'>) =>
  (
    foreign: Readonly<Record<keyof ForeignTotp, unknown>>,
  ): { id: string; method: 'totp'; data: StoredTotp } | undefined => {
    const read = FOREIGN.safeParse(foreign)
    if (!read.success) return undefined
    const { secret: given, ...like } = read.data
    const secret = readTotpSecret(given)
    if (secret === undefined) return undefined
    const id = newRowId()
    return { id, method: 'totp', data: { ...like, sealed: sealTotpSecret(sealer, id, secret), step: 0 } }
  }
