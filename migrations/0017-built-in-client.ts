/** The built-in client has no row that could carry how often everything of it was ended. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table access_epochs
      drop constraint access_epochs_kind_check,
      add constraint access_epochs_kind_check check (kind in ('organization', 'client', 'everything'))
  `.execute(db)
}
