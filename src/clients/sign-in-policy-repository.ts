import { type Kysely, sql } from 'kysely'
import type { AuditEvent } from '../audit/event.ts'
import { recorded } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'
import { readSignInSettings, type SignInSettings } from '../security/sign-in-policy/policy.ts'

export interface StoredSignInPolicy {
  settings: SignInSettings
  managedBy: string | undefined
}

/** The server's own. */
export interface SignInPolicyRepository {
  /** Undefined where nothing was set. */
  find(): Promise<StoredSignInPolicy | undefined>
  save(policy: StoredSignInPolicy, event: AuditEvent): Promise<void>
  /** False, and nothing recorded, when nothing was set. */
  remove(event: AuditEvent): Promise<boolean>
}

export const createSignInPolicyRepository = (db: Kysely<Database>): SignInPolicyRepository => ({
  find: async () => {
    const row = await db.selectFrom('sign_in_policy').selectAll().executeTakeFirst()
    return row && { settings: readSignInSettings(row.settings), managedBy: row.managed_by ?? undefined }
  },
  save: async ({ settings, managedBy }, event) => {
    const values = { settings: JSON.stringify(settings), managed_by: managedBy ?? null }
    await recorded(db, event, async (tx) => {
      await tx
        .insertInto('sign_in_policy')
        .values(values)
        .onConflict((c) => c.column('single').doUpdateSet({ ...values, updated_at: sql`now()` }))
        .execute()
      return true
    })
  },
  remove: (event) =>
    recorded(db, event, async (tx) => {
      const result = await tx.deleteFrom('sign_in_policy').executeTakeFirst()
      return result.numDeletedRows > 0n
    }),
})
