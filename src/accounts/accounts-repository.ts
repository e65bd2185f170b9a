/** The tables of this room together, and what must change in them together. */
import type { Kysely } from 'kysely'
import type { AuditEvent } from '../audit/event.ts'
import { recordEvent } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'
import { type CredentialsRepository, createCredentialsRepository } from './credentials-repository.ts'
import { createLinksRepository, type LinksRepository } from './links-repository.ts'
import { createSignInsRepository, type SignInsRepository } from './sign-ins-repository.ts'
import { createUsersRepository, type UsersRepository } from './users-repository.ts'

export interface AccountsRepository {
  users: UsersRepository
  credentials: CredentialsRepository
  links: LinksRepository
  signIns: SignInsRepository
  /** Together with what else changes in the same transaction. */
  record(event: AuditEvent): Promise<void>
  /**
   * All of the work or none of it, within a transaction that is open already if there is one. The work must
   * use what it is handed and nothing outside: on one connection that would wait for itself.
   */
  atomically<T>(work: (accounts: AccountsRepository) => Promise<T>): Promise<T>
}

export function createAccountsRepository(db: Kysely<Database>): AccountsRepository {
  const accounts: AccountsRepository = {
    users: createUsersRepository(db),
    credentials: createCredentialsRepository(db),
    links: createLinksRepository(db),
    signIns: createSignInsRepository(db),
    record: (event) => recordEvent(db, event),
    atomically: (work) =>
      db.isTransaction
        ? work(accounts)
        : db.transaction().execute((tx) => work(createAccountsRepository(tx))),
  }
  return accounts
}
