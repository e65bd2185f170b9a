/** A setting of the whole server: a table with one row or none, which is changed together with the event that says so. */
import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { AuditEvent } from './event.ts'
import { recorded } from './inbox-repository.ts'

export interface SettingRepository<Setting> {
  /** Undefined where nothing was set. */
  find(): Promise<Setting | undefined>
  save(setting: Setting, event: AuditEvent): Promise<void>
  /** False, and nothing recorded, when nothing was set. */
  remove(event: AuditEvent): Promise<boolean>
}

/** `Row`: as it is read; what is written are its columns but for those that the table keeps itself. */
export interface SettingShape<Setting, Row> {
  table: 'first_party_settings' | 'risk_policy' | 'sign_in_policy'
  read(row: Row): Setting
  write(setting: Setting): Record<keyof Omit<Row, 'single' | 'updated_at'>, string | number | null>
}

export const createSettingRepository = <Setting, Row>(
  db: Kysely<Database>,
  { table: name, read, write }: SettingShape<Setting, Row>,
): SettingRepository<Setting> => {
  const table = sql.table(name)
  return {
    find: async () => {
      const [row] = (await sql<Row>`select * from ${table}`.execute(db)).rows
      return row && read(row)
    },
    save: async (setting, event) => {
      const written = Object.entries(write(setting))
      const columns = written.map(([column]) => sql.ref(column))
      const changes = columns.map((column) => sql`${column} = excluded.${column}`)
      await recorded(db, event, async (tx) => {
        await sql`
          insert into ${table} (${sql.join(columns)}) values (${sql.join(written.map(([, value]) => value))})
          on conflict (single) do update set ${sql.join(changes)}, updated_at = now()`.execute(tx)
        return true
      })
    },
    remove: (event) =>
      recorded(db, event, async (tx) => {
        const { numAffectedRows = 0n } = await sql`delete from ${table}`.execute(tx)
        return numAffectedRows > 0n
      }),
  }
}
