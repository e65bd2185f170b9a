/** Connectors as they are set up. Every change is recorded with it. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { AuditEvent } from '../audit/event.ts'
import { recorded } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'
import { type Connector, OIDC_CONFIG } from './connector.ts'
import type { FederationTables } from './rows.ts'

export interface ConnectorsRepository {
  /** By their names. */
  list(): Promise<Connector[]>
  find(slug: string): Promise<Connector | undefined>
  /** False, and nothing recorded, where there is one of this slug. */
  add(connector: Connector, event: AuditEvent): Promise<boolean>
  /** False, and nothing recorded, where there is none (any more). */
  change(connector: Connector, event: AuditEvent): Promise<boolean>
  /** With what people have connected by it; false, and nothing recorded, where there is none. */
  remove(id: string, event: AuditEvent): Promise<boolean>
  /** Sealed values that begin otherwise than the given bytes, in the order of their rows. */
  sealedOtherwise(head: Buffer, after: string, limit: number): Promise<{ row: string; sealed: Buffer }[]>
  /** The same secret, sealed anew. False when it is another by now. */
  reseal(id: string, from: Buffer, to: Buffer): Promise<boolean>
}

const NO_ROW = '00000000-0000-0000-0000-000000000000'

export function createConnectorsRepository(db: Kysely<Database>): ConnectorsRepository {
  const all = () => db.selectFrom('connectors').selectAll()
  const changing = (event: AuditEvent, change: (tx: Kysely<Database>) => Promise<bigint | undefined>) =>
    recorded(db, event, async (tx) => ((await change(tx)) ?? 0n) > 0n)
  return {
    list: async () => (await all().orderBy('name').orderBy('slug').execute()).map(toConnector),
    find: async (slug) => {
      const row = await all().where('slug', '=', slug).executeTakeFirst()
      return row && toConnector(row)
    },
    add: (connector, event) =>
      changing(event, async (tx) => {
        const { id, slug, managedBy = null } = connector
        const result = await tx
          .insertInto('connectors')
          .values({
            ...{ id, slug, managed_by: managedBy, ...toColumns(connector) },
            disabled_at: connector.disabled ? sql<Date>`now()` : null,
          })
          .onConflict((conflict) => conflict.column('slug').doNothing())
          .executeTakeFirst()
        return result.numInsertedOrUpdatedRows
      }),
    change: (connector, event) =>
      changing(event, async (tx) => {
        const result = await tx
          .updateTable('connectors')
          .set({
            ...toColumns(connector),
            // Once disabled, it has been since then.
            disabled_at: connector.disabled ? sql<Date>`coalesce(disabled_at, now())` : null,
            updated_at: sql`now()`,
          })
          .where('id', '=', connector.id)
          .executeTakeFirst()
        return result.numUpdatedRows
      }),
    remove: (id, event) =>
      changing(event, async (tx) => {
        await tx
          .deleteFrom('credentials')
          .where('method', '=', 'identity')
          .where(sql`data->>'connector'`, '=', id)
          .execute()
        return (await tx.deleteFrom('connectors').where('id', '=', id).executeTakeFirst()).numDeletedRows
      }),
    sealedOtherwise: (head, after, limit) =>
      db
        .selectFrom('connectors')
        .select(['id as row', 'secret_sealed as sealed'])
        .where(sql<boolean>`substring(secret_sealed from 1 for ${head.length}) <> ${head}`)
        .where('id', '>', after === '' ? NO_ROW : after)
        .orderBy('id')
        .limit(limit)
        .$narrowType<{ sealed: Buffer }>()
        .execute(),
    reseal: async (id, from, to) => {
      const { numUpdatedRows } = await db
        .updateTable('connectors')
        .set({ secret_sealed: to })
        .where('id', '=', id)
        .where('secret_sealed', '=', from)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

const toColumns = ({ type, name, config, secretSealed }: Connector) => ({
  type,
  name,
  config: JSON.stringify(config),
  secret_sealed: secretSealed ?? null,
})

const toConnector = (row: Selectable<FederationTables['connectors']>): Connector => ({
  id: row.id,
  slug: row.slug,
  type: 'oidc',
  name: row.name,
  config: OIDC_CONFIG.parse(row.config),
  secretSealed: row.secret_sealed ?? undefined,
  disabled: row.disabled_at !== null,
  managedBy: row.managed_by ?? undefined,
})
