import type { Kysely, Selectable } from 'kysely'
import { createSettingRepository, type SettingRepository } from '../audit/setting-repository.ts'
import type { Database } from '../schema.ts'
import type { FirstPartySettings } from './client.ts'
import type { FirstPartySettingsRow } from './rows.ts'

export type FirstPartyRepository = SettingRepository<FirstPartySettings>

type Row = Selectable<FirstPartySettingsRow>

export const createFirstPartyRepository = (db: Kysely<Database>): FirstPartyRepository =>
  createSettingRepository<FirstPartySettings, Row>(db, {
    table: 'first_party_settings',
    read: toSettings,
    write: toRow,
  })

const toRow = (settings: FirstPartySettings): Omit<Row, 'single' | 'updated_at'> => ({
  resource: settings.resource ?? null,
  scope: settings.scope ?? null,
  access_token_ttl: settings.accessTokenTtl ?? null,
  refresh_token_ttl: settings.refreshTokenTtl ?? null,
  refresh_family_ttl: settings.refreshFamilyTtl ?? null,
  managed_by: settings.managedBy ?? null,
})

const toSettings = (row: Row): FirstPartySettings => ({
  resource: row.resource ?? undefined,
  scope: row.scope ?? undefined,
  accessTokenTtl: row.access_token_ttl ?? undefined,
  refreshTokenTtl: row.refresh_token_ttl ?? undefined,
  refreshFamilyTtl: row.refresh_family_ttl ?? undefined,
  managedBy: row.managed_by ?? undefined,
})
