/** The tables of this room together, and what must change in them together. */
import type { Kysely } from 'kysely'
import type { StoredEvent } from '../../adapters/contract.ts'
import { type AuditEvent, toStored } from '../audit/event.ts'
import { recordEvent } from '../audit/inbox-repository.ts'
import { createOutboxRepository, type OutboxRepository } from '../events/outbox-repository.ts'
import type { Database } from '../schema.ts'
import { type CredentialsRepository, createCredentialsRepository } from './credentials-repository.ts'
import { createEmailChangesRepository, type EmailChangesRepository } from './email-changes-repository.ts'
import { createLinksRepository, type LinksRepository } from './links-repository.ts'
import { createRegistrationsRepository, type RegistrationsRepository } from './registrations-repository.ts'
import { createSignInsRepository, type SignInsRepository } from './sign-ins-repository.ts'
import { createUsersRepository, type UsersRepository } from './users-repository.ts'

export interface AccountsRepository {
  users: UsersRepository
  credentials: CredentialsRepository
  links: LinksRepository
  signIns: SignInsRepository
  registrations: RegistrationsRepository
  emailChanges: EmailChangesRepository
  mails: Pick<OutboxRepository, 'add' | 'withdrawMails'>
  /** All that a person was given, together with the change that is the reason; nodes have to be told afterwards. */
  end(sub: string, event: AuditEvent): Promise<void>
  /** Together with what else changes in the same transaction. */
  record(event: AuditEvent): Promise<void>
  /**
   * All of the work or none of it, within a transaction that is open already if there is one. The work must
   * use what it is handed and nothing outside: on one connection that would wait for itself.
   */
  atomically<T>(work: (accounts: AccountsRepository) => Promise<T>): Promise<T>
}

/** Ends all that a person was given, in an open transaction: sessions know accounts, not the other way round. */
export type EndAccount = (tx: Kysely<Database>, sub: string, event: StoredEvent) => Promise<void>

export function createAccountsRepository(db: Kysely<Database>, endAccount: EndAccount): AccountsRepository {
  const accounts: AccountsRepository = {
    users: createUsersRepository(db),
    credentials: createCredentialsRepository(db),
    links: createLinksRepository(db),
    signIns: createSignInsRepository(db),
    registrations: createRegistrationsRepository(db),
    emailChanges: createEmailChangesRepository(db),
    mails: createOutboxRepository(db),
    end: (sub, event) => endAccount(db, sub, toStored(event)),
    record: (event) => recordEvent(db, event),
    atomically: (work) =>
      db.isTransaction
        ? work(accounts)
        : db.transaction().execute((tx) => work(createAccountsRepository(tx, endAccount))),
  }
  return accounts
}
