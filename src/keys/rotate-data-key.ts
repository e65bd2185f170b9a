import type { DataKeyLives, JudgedDataKey } from './data-key-states.ts'
import { judgeDataKeys } from './data-key-states.ts'
import { newDataKey } from './data-keys.ts'
import type { DataKeysRepository, StoredDataKey } from './data-keys-repository.ts'
import type { MasterKeys } from './master-keys.ts'
import type { DataKeyPurpose } from './rows.ts'

export interface ChangeDataKeysUse {
  repository: DataKeysRepository
  masters: MasterKeys
  lives: DataKeyLives
}

/** Times: epoch ms by the database's clock. */
export type RotationRefusal =
  | { reason: 'announced'; number: number; usableFrom: number }
  /** Nothing may be looked for under three peppers: the one before is still needed. */
  | { reason: 'too_early'; notBefore: number }
  /** A refresh token has one byte for its key's number. */
  | { reason: 'number_in_use'; number: number }
  /** Some node may know only these: it could not open a new key. */
  | { reason: 'unlisted_masters'; count: number }

export type RotateOutcome =
  | { ok: true; number: number; usableFrom: number }
  | ({ ok: false } & RotationRefusal)

/** Announces a new key of a purpose: nodes take it in now, and make things with it in so many milliseconds. */
export const rotateDataKey =
  ({ repository, masters, lives }: ChangeDataKeysUse) =>
  (purpose: DataKeyPurpose, usableIn: number): Promise<RotateOutcome> =>
    repository.alone(async (own) => {
      const stored = await own.read()
      const keys = judgeDataKeys(stored, lives)
      const refusal = refuseUnlisted(keys, masters) ?? refuseRotation(keys, purpose, stored.now + usableIn)
      if (refusal !== undefined) return { ok: false, ...refusal }
      const number = await addNext(own, masters, keys, purpose, usableIn)
      return { ok: true, number, usableFrom: stored.now + usableIn }
    })

export function refuseRotation(
  all: readonly JudgedDataKey[],
  purpose: DataKeyPurpose,
  usableFrom: number,
): RotationRefusal | undefined {
  const keys = all.filter((key) => key.purpose === purpose)
  const announced = keys.find(({ state }) => state === 'announced')
  if (announced !== undefined)
    return { reason: 'announced', number: announced.number, usableFrom: announced.usableFrom }
  const before = keys.findLast(({ state }) => state === 'kept')
  const notBefore = before?.neededUntil ?? 0
  if (purpose === 'pepper' && usableFrom < notBefore) return { reason: 'too_early', notBefore }
  const twin = keys.find(
    ({ number, ended }) => number === nextNumber(all, purpose) - 256 && ended === undefined,
  )
  if (purpose === 'refresh' && twin !== undefined) return { reason: 'number_in_use', number: twin.number }
  return undefined
}

export function refuseUnlisted(
  keys: readonly StoredDataKey[],
  { ids }: MasterKeys,
): RotationRefusal | undefined {
  const count = unlistedCopies(keys, ids)
  return count === 0 ? undefined : { reason: 'unlisted_masters', count }
}

export const unlistedCopies = (keys: readonly StoredDataKey[], ids: readonly string[]): number =>
  keys.flatMap(({ wraps }) => wraps).filter(({ masterId }) => !ids.includes(masterId)).length

/** Rows outlive their keys, so this is never a number of before. */
const nextNumber = (keys: readonly StoredDataKey[], purpose: DataKeyPurpose): number =>
  Math.max(0, ...keys.filter((key) => key.purpose === purpose).map(({ number }) => number)) + 1

export async function addNext(
  repository: DataKeysRepository,
  masters: MasterKeys,
  keys: readonly StoredDataKey[],
  purpose: DataKeyPurpose,
  usableIn: number,
): Promise<number> {
  const number = nextNumber(keys, purpose)
  const wraps = masters.wrap(purpose, number, newDataKey())
  if (!(await repository.add({ purpose, number, usableIn, wraps })))
    throw new Error(`data key ${purpose} ${number} is there already`)
  return number
}
