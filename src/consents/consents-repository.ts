/** What a person allowed which client, remembered per scope, so that only what is new is asked again. */
import { type Kysely, sql } from 'kysely'
import type { AuditEvent } from '../audit/event.ts'
import { recordEvent } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'

export interface Consent {
  scopes: string[]
  /** Single claims asked for by the `claims` parameter (OpenID Connect Core §5.5). */
  claims: string[]
  /** Resource indicator to the scopes allowed there. */
  resources: Record<string, string[]>
}

export const NO_CONSENT: Consent = { scopes: [], claims: [], resources: {} }

export interface ConsentsRepository {
  find(sub: string, clientId: string): Promise<Consent>
  /** Adds to what was allowed before. */
  add(sub: string, clientId: string, consent: Consent, event: AuditEvent): Promise<void>
  /** Of clients that are still there. */
  list(sub: string): Promise<KeptConsent[]>
  /** The event is recorded where there was something to forget. */
  remove(sub: string, clientId: string, event: AuditEvent): Promise<boolean>
}

export interface KeptConsent extends Consent {
  client: string
  /** Epoch ms. */
  since: number
}

export function createConsentsRepository(db: Kysely<Database>): ConsentsRepository {
  const columns = ['scopes', 'claims', 'resources'] as const
  return {
    find: async (sub, clientId) =>
      (await db
        .selectFrom('consents')
        .select(columns)
        .where('user_sub', '=', sub)
        .where('client_id', '=', clientId)
        .executeTakeFirst()) ?? NO_CONSENT,
    add: (sub, clientId, consent, event) =>
      db.transaction().execute(async (tx) => {
        await tx
          .insertInto('consents')
          .values({ user_sub: sub, client_id: clientId, scopes: '[]', claims: '[]', resources: '{}' })
          .onConflict((c) => c.doNothing())
          .execute()
        const before = await tx
          .selectFrom('consents')
          .select(columns)
          .where('user_sub', '=', sub)
          .where('client_id', '=', clientId)
          .forUpdate()
          .executeTakeFirstOrThrow()
        const after = merge(before, consent)
        await tx
          .updateTable('consents')
          .set({
            scopes: JSON.stringify(after.scopes),
            claims: JSON.stringify(after.claims),
            resources: JSON.stringify(after.resources),
            updated_at: sql`now()`,
          })
          .where('user_sub', '=', sub)
          .where('client_id', '=', clientId)
          .execute()
        await recordEvent(tx, event)
      }),
    list: async (sub) => {
      const rows = await db
        .selectFrom('consents')
        .select([...columns, 'client_id', 'created_at'])
        .where('user_sub', '=', sub)
        .execute()
      return rows.map(({ client_id, created_at, ...consent }) => ({
        ...consent,
        client: client_id,
        since: created_at.getTime(),
      }))
    },
    remove: (sub, clientId, event) =>
      db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('consents')
          .where('user_sub', '=', sub)
          .where('client_id', '=', clientId)
          .executeTakeFirst()
        if (numDeletedRows > 0n) await recordEvent(tx, event)
        return numDeletedRows > 0n
      }),
  }
}

export function merge(a: Consent, b: Consent): Consent {
  const resources: Record<string, string[]> = { ...a.resources }
  for (const [identifier, scopes] of Object.entries(b.resources)) {
    resources[identifier] = union(resources[identifier] ?? [], scopes)
  }
  return { scopes: union(a.scopes, b.scopes), claims: union(a.claims, b.claims), resources }
}

const union = (a: string[], b: string[]): string[] => [...new Set([...a, ...b])]
