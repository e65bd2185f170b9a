/** Webhooks as they are set up. Every change is recorded with it. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { AuditEvent } from '../../audit/event.ts'
import { recorded } from '../../audit/inbox-repository.ts'
import type { Database } from '../../schema.ts'
import type { DisabledReason, EventTables } from '../rows.ts'
import type { Webhook } from './webhook.ts'
import type { SecretColumn } from './webhook-secret.ts'

export type NewWebhook = Pick<Webhook, 'id' | 'name' | 'url' | 'events' | 'secretSealed' | 'managedBy'>

export type WebhookChanges = Partial<
  Pick<Webhook, 'url' | 'events' | 'secretSealed'> & { previous: Webhook['previous'] }
>

export interface WebhooksRepository {
  /** By their names. */
  list(): Promise<Webhook[]>
  find(name: string): Promise<Webhook | undefined>
  /** It is told what is chained from now on. False when the name is taken. */
  add(webhook: NewWebhook, event: AuditEvent): Promise<boolean>
  /** False, and nothing recorded, when there is none (any more); so in the rest. */
  change(id: string, changes: WebhookChanges, event: AuditEvent): Promise<boolean>
  /** False as well when it was disabled before. */
  disable(id: string, reason: DisabledReason, event: AuditEvent): Promise<boolean>
  /** Goes on where it was, or, `fromNow`, with what is chained next: what waited is dropped. */
  enable(id: string, event: AuditEvent, options: { fromNow: boolean }): Promise<boolean>
  remove(id: string, event: AuditEvent): Promise<boolean>
  /** Forgets secrets that sign no longer. */
  dropFormerSecrets(now: number): Promise<number>
  /** Sealed values that begin otherwise than the given bytes, in the order of their rows. */
  sealedOtherwise(
    column: SecretColumn,
    head: Buffer,
    after: string,
    limit: number,
  ): Promise<{ row: string; sealed: Buffer }[]>
  /** The same secret, sealed anew. False when it is another by now. */
  reseal(column: SecretColumn, id: string, from: Buffer, to: Buffer): Promise<boolean>
}

const headOf = (chain: string) => sql<number>`(select sequence from audit_chains where chain = ${chain})`
const atTheEnd = { main_position: headOf('main'), refreshes_position: headOf('refreshes') }
const NO_ROW = '00000000-0000-0000-0000-000000000000'

export function createWebhooksRepository(db: Kysely<Database>): WebhooksRepository {
  const all = () => db.selectFrom('webhooks').selectAll()
  const changing = (event: AuditEvent, change: (tx: Kysely<Database>) => Promise<bigint | undefined>) =>
    recorded(db, event, async (tx) => ((await change(tx)) ?? 0n) > 0n)
  const updating = (id: string, set: object) => async (tx: Kysely<Database>) =>
    (
      await tx
        .updateTable('webhooks')
        .set({ ...set, updated_at: sql`now()` })
        .where('id', '=', id)
        .executeTakeFirst()
    ).numUpdatedRows
  return {
    list: async () => (await all().orderBy('name').execute()).map(toWebhook),
    find: async (name) => {
      const row = await all().where('name', '=', name).executeTakeFirst()
      return row && toWebhook(row)
    },
    add: ({ id, name, url, events, secretSealed, managedBy = null }, event) =>
      changing(event, async (tx) => {
        const described = { id, name, url, events: JSON.stringify(events), secret_sealed: secretSealed }
        const result = await tx
          .insertInto('webhooks')
          .values({ ...described, managed_by: managedBy, ...atTheEnd })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst()
        return result.numInsertedOrUpdatedRows
      }),
    change: (id, changes, event) => changing(event, updating(id, toColumns(changes))),
    disable: (id, reason, event) =>
      changing(event, async (tx) => {
        const result = await tx
          .updateTable('webhooks')
          .set({ disabled_at: sql<Date>`now()`, disabled_reason: reason, updated_at: sql`now()` })
          .where('id', '=', id)
          .where('disabled_at', 'is', null)
          .executeTakeFirst()
        return result.numUpdatedRows
      }),
    enable: (id, event, { fromNow }) =>
      changing(event, async (tx) => {
        if (fromNow)
          await tx
            .deleteFrom('webhook_deliveries')
            .where('webhook', '=', id)
            .where('dead_at', 'is', null)
            .execute()
        const healthy = { disabled_at: null, disabled_reason: null, failing_since: null, last_failure: null }
        return updating(id, { ...healthy, ...(fromNow && atTheEnd) })(tx)
      }),
    remove: (id, event) =>
      changing(
        event,
        async (tx) =>
          (await tx.deleteFrom('webhooks').where('id', '=', id).executeTakeFirst()).numDeletedRows,
      ),
    dropFormerSecrets: async (now) => {
      const { numUpdatedRows } = await db
        .updateTable('webhooks')
        .set({ previous_secret_sealed: null, previous_secret_until: null })
        .where('previous_secret_until', '<=', new Date(now))
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },
    sealedOtherwise: (column, head, after, limit) =>
      db
        .selectFrom('webhooks')
        .select(['id as row', `${column} as sealed`])
        .where(sql<boolean>`substring(${sql.ref(column)} from 1 for ${head.length}) <> ${head}`)
        .where('id', '>', after === '' ? NO_ROW : after)
        .orderBy('id')
        .limit(limit)
        .$narrowType<{ sealed: Buffer }>()
        .execute(),
    reseal: async (column, id, from, to) => {
      const { numUpdatedRows } = await db
        .updateTable('webhooks')
        .set({ [column]: to })
        .where('id', '=', id)
        .where(column, '=', from)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

const toColumns = ({ url, events, secretSealed, ...rest }: WebhookChanges) => ({
  ...(url !== undefined && { url }),
  ...(events !== undefined && { events: JSON.stringify(events) }),
  ...(secretSealed !== undefined && { secret_sealed: secretSealed }),
  ...('previous' in rest && {
    previous_secret_sealed: rest.previous?.sealed ?? null,
    previous_secret_until: rest.previous === undefined ? null : new Date(rest.previous.until),
  }),
})

const toWebhook = (row: Selectable<EventTables['webhooks']>): Webhook => ({
  id: row.id,
  name: row.name,
  url: row.url,
  events: row.events,
  secretSealed: row.secret_sealed,
  previous:
    row.previous_secret_sealed === null || row.previous_secret_until === null
      ? undefined
      : { sealed: row.previous_secret_sealed, until: row.previous_secret_until.getTime() },
  disabled:
    row.disabled_at === null
      ? undefined
      : { at: row.disabled_at.getTime(), reason: row.disabled_reason ?? 'operator' },
  failingSince: row.failing_since?.getTime(),
  lastFailure: row.last_failure ?? undefined,
  managedBy: row.managed_by ?? undefined,
})
