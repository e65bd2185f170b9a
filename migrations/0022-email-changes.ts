/** Addresses that are to change, or have changed and can be put back; what a link is bound to; accounts that are to go. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}

const statements = [
  sql`
    create table email_changes (
      id uuid primary key,
      user_id uuid not null references users on delete cascade,
      email text not null,
      email_key text not null,
      from_email text not null,
      from_key text not null,
      from_verified boolean not null,
      old_confirmed_at timestamptz,
      new_confirmed_at timestamptz,
      changed_at timestamptz,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`,
  sql`create unique index one_email_change_each on email_changes (user_id) where changed_at is null`,
  sql`create index email_changes_of_user on email_changes (user_id)`,
  sql`create index email_changes_expiry on email_changes (expires_at)`,
  sql`
    alter table account_links
    add column email_key text,
    add column change uuid references email_changes on delete cascade`,
  sql`create index account_links_of_change on account_links (change) where change is not null`,
  sql`alter table users add column delete_after timestamptz`,
  sql`create index users_to_delete on users (delete_after) where delete_after is not null`,
]
