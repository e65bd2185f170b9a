import { type Kysely, sql } from 'kysely'
import type { AuditEvent } from '../audit/event.ts'
import { recorded } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'
import type { FirstPartySettings } from './client.ts'
import type { FirstPartySettingsRow } from './rows.ts'

export interface FirstPartyRepository {
  /** Undefined where nothing was set. */
  find(): Promise<FirstPartySettings | undefined>
  save(settings: FirstPartySettings, event: AuditEvent): Promise<void>
  /** False, and nothing recorded, when nothing was set. */
  remove(event: AuditEvent): Promise<boolean>
}

export const createFirstPartyRepository = (db: Kysely<Database>): FirstPartyRepository => ({
  find: async () => {
    const row = await db.selectFrom('first_party_settings').selectAll().executeTakeFirst()
    return row && toSettings(row)
  },
  save: async (settings, event) => {
    const values = {
      resource: settings.resource ?? null,
      scope: settings.scope ?? null,
      access_token_ttl: settings.accessTokenTtl ?? null,
      refresh_token_ttl: settings.refreshTokenTtl ?? null,
      refresh_family_ttl: settings.refreshFamilyTtl ?? null,
      managed_by: settings.managedBy ?? null,
    }
    await recorded(db, event, async (tx) => {
      await tx
        .insertInto('first_party_settings')
        .values(values)
        .onConflict((c) => c.column('single').doUpdateSet({ ...values, updated_at: sql`now()` }))
        .execute()
      return true
    })
  },
  remove: (event) =>
    recorded(db, event, async (tx) => {
      const result = await tx.deleteFrom('first_party_settings').executeTakeFirst()
      return result.numDeletedRows > 0n
    }),
})

const toSettings = (row: Omit<FirstPartySettingsRow, 'single' | 'updated_at'>): FirstPartySettings => ({
  resource: row.resource ?? undefined,
  scope: row.scope ?? undefined,
  accessTokenTtl: row.access_token_ttl ?? undefined,
  refreshTokenTtl: row.refresh_token_ttl ?? undefined,
  refreshFamilyTtl: row.refresh_family_ttl ?? undefined,
  managedBy: row.managed_by ?? undefined,
})
