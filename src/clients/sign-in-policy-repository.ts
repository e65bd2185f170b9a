import type { Kysely, Selectable } from 'kysely'
import { createSettingRepository, type SettingRepository } from '../audit/setting-repository.ts'
import type { Database } from '../schema.ts'
import { readSignInSettings, type SignInSettings } from '../security/sign-in-policy/policy.ts'
import type { SignInPolicyRow } from './rows.ts'

export interface StoredSignInPolicy {
  settings: SignInSettings
  managedBy: string | undefined
}

/** The server's own. */
export type SignInPolicyRepository = SettingRepository<StoredSignInPolicy>

export const createSignInPolicyRepository = (db: Kysely<Database>): SignInPolicyRepository =>
  createSettingRepository<StoredSignInPolicy, Selectable<SignInPolicyRow>>(db, {
    table: 'sign_in_policy',
    read: (row) => ({
      settings: readSignInSettings(row.settings),
      managedBy: row.managed_by ?? undefined,
    }),
    write: ({ settings, managedBy }) => ({
      settings: JSON.stringify(settings),
      managed_by: managedBy ?? null,
    }),
  })
