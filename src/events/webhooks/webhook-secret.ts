/**
 * Secrets as Standard Webhooks has them: `whsec_` and the key in base64. Each webhook has its own; the one before it
 * signs too while receivers learn of the change.
 */
import { randomBytes } from 'node:crypto'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { SealedColumn } from '../../keys/reseal-columns.ts'
import { equalBytes } from '../../security/keyed-hash.ts'
import { WEBHOOK_SECRET_PREFIX, webhookKey } from '../../shared/webhook-key.ts'
import type { Webhook } from './webhook.ts'
import type { WebhooksRepository } from './webhooks-repository.ts'

export const newWebhookSecret = (): string => `${WEBHOOK_SECRET_PREFIX}${randomBytes(32).toString('base64')}`

export type SecretColumn = 'secret_sealed' | 'previous_secret_sealed'

const place = (row: string, column: SecretColumn) => ({ table: 'webhooks', row, column })

export const sealedWebhookSecrets = (
  repository: Pick<WebhooksRepository, 'sealedOtherwise' | 'reseal'>,
): SealedColumn[] =>
  (['secret_sealed', 'previous_secret_sealed'] as const).map((column) => ({
    place: (row) => place(row, column),
    sealedOtherwise: (head, after, limit) => repository.sealedOtherwise(column, head, after, limit),
    reseal: (row, from, to) => repository.reseal(column, row, from, to),
  }))

export interface WebhookSecrets {
  seal(id: string, secret: string): Buffer
  /** The present secret where that of before goes. */
  sealAsPrevious(webhook: Pick<Webhook, 'id' | 'secretSealed'>): Buffer
  fits(webhook: Pick<Webhook, 'id' | 'secretSealed'>, secret: string): boolean
  /** What signs now, the newest first. Throws `SealBroken`. */
  keysOf(webhook: Pick<Webhook, 'id' | 'secretSealed' | 'previous'>, now: number): Buffer[]
}

export function createWebhookSecrets(sealer: FieldSealer): WebhookSecrets {
  const present = ({ id, secretSealed }: Pick<Webhook, 'id' | 'secretSealed'>): string =>
    sealer.open(place(id, 'secret_sealed'), secretSealed)
  const keyOf = (secret: string): Buffer[] => {
    const key = webhookKey(secret)
    return key === undefined ? [] : [key]
  }
  return {
    seal: (id, secret) => sealer.seal(place(id, 'secret_sealed'), secret),
    sealAsPrevious: (webhook) => sealer.seal(place(webhook.id, 'previous_secret_sealed'), present(webhook)),
    fits: (webhook, secret) => equalBytes(Buffer.from(present(webhook)), Buffer.from(secret)),
    keysOf: (webhook, now) => {
      const { id, previous } = webhook
      const before = previous !== undefined && previous.until > now ? previous.sealed : undefined
      return [
        ...keyOf(present(webhook)),
        ...(before === undefined ? [] : keyOf(sealer.open(place(id, 'previous_secret_sealed'), before))),
      ]
    },
  }
}
