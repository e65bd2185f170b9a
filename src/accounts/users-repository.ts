import { type Kysely, type Selectable, sql } from 'kysely'
import type { JsonObject } from '../../adapters/contract.ts'
import type { Database } from '../schema.ts'
import type { Account } from './account.ts'
import type { Person } from './person.ts'
import type { ProfileClaims, UserRow } from './rows.ts'

interface NewUser {
  id: string
  sub: string
  email: string
  emailKey: string
  emailVerified: boolean
  name: string | undefined
  profile: ProfileClaims
  serverRoles: readonly string[]
  managedBy: string | undefined
  at: number
}

/** What is not named stays as it is. */
export interface UserChanges {
  /** Another spelling of the same address: its key stays. */
  email?: string
  emailVerified?: boolean
  /** Null: none. */
  name?: string | null
  profile?: ProfileClaims
  serverRoles?: readonly string[]
  disabled?: boolean
}

export interface UserPage {
  /** The last row id of the page before. */
  after?: string
  limit: number
  managedBy?: string
}

export interface UsersRepository {
  /** Undefined when the address is somebody's already. */
  add(user: NewUser): Promise<Account | undefined>
  find(id: string): Promise<Account | undefined>
  findBySub(sub: string): Promise<Account | undefined>
  findByEmailKey(key: string): Promise<Account | undefined>
  /** With all credentials in one trip, so that the trips tell nothing about a name. */
  findPersonByEmailKey(key: string): Promise<Person | undefined>
  findPersonBySub(sub: string): Promise<Person | undefined>
  /** The hash of the account whose `sub` comes next after the given one, as it is stored; undefined where it has none. */
  hashAfter(sub: string): Promise<string | undefined>
  /** Whose passkey has this id. */
  findPersonByPasskey(id: string): Promise<Person | undefined>
  /** Who is this elsewhere. */
  findPersonByIdentity(identity: {
    connector: string
    issuer: string
    subject: string
  }): Promise<Person | undefined>
  /** Oldest first. */
  list(page: UserPage): Promise<Account[]>
  /** Undefined when there is none. */
  update(id: string, changes: UserChanges, at: number): Promise<Account | undefined>
  /** Another address. Rejects (`isTaken`) when it is somebody's; undefined when there is no such account. */
  changeEmail(
    id: string,
    to: { email: string; key: string; verified: boolean },
    at: number,
  ): Promise<Account | undefined>
  /**
   * Keeps others from changing this account until the transaction ends. False when it is gone. Whoever changes
   * what hangs on an account takes this first, so that no two ever wait for each other.
   */
  lock(id: string): Promise<boolean>
  /** Undefined when there is none, or it was disabled before. */
  disable(id: string, at: number): Promise<Account | undefined>
  /** Disabled from now on, and to be deleted then; undefined when it was disabled before. */
  deleteLater(id: string, until: number, at: number): Promise<Account | undefined>
  /** An account that is to be deleted, and when; epoch ms. */
  findToDelete(id: string): Promise<{ account: Account; until: number } | undefined>
  /** Not to be deleted after all, and enabled again; undefined when it was not to be. */
  keep(id: string, at: number): Promise<Account | undefined>
  /** Ids of those whose time has come, so many at most. */
  dueToDelete(now: number, limit: number): Promise<string[]>
  /** With all that hangs on it. Undefined when there was none. */
  remove(id: string): Promise<Account | undefined>
}

export function createUsersRepository(db: Kysely<Database>): UsersRepository {
  const account = async (query: { executeTakeFirst(): Promise<Selectable<UserRow> | undefined> }) => {
    const row = await query.executeTakeFirst()
    return row === undefined ? undefined : toAccount(row)
  }
  const all = () => db.selectFrom('users').selectAll()
  const people = () =>
    db
      .selectFrom('users')
      .leftJoin('credentials', 'credentials.user_id', 'users.id')
      .selectAll('users')
      .select([
        'credentials.id as credential_id',
        'credentials.method as method',
        'credentials.data as data',
        'credentials.label as label',
        'credentials.created_at as added_at',
        'credentials.last_used_at as last_used_at',
      ])
      .orderBy('credentials.id')
  const person = async (query: { execute(): Promise<PersonRow[]> }): Promise<Person | undefined> => {
    const rows = await query.execute()
    const [first] = rows
    return first && { account: toAccount(first), credentials: rows.flatMap(toCredentials) }
  }
  const enabled = (id: string) =>
    db.updateTable('users').where('id', '=', id).where('disabled_at', 'is', null)
  return {
    add: (user) =>
      account(
        db
          .insertInto('users')
          .values(toRow(user))
          .onConflict((c) => c.column('email_key').doNothing())
          .returningAll(),
      ),
    find: (id) => account(all().where('id', '=', id)),
    findBySub: (sub) => account(all().where('sub', '=', sub)),
    findByEmailKey: (key) => account(all().where('email_key', '=', key)),
    findPersonByEmailKey: (key) => person(people().where('email_key', '=', key)),
    findPersonBySub: (sub) => person(people().where('sub', '=', sub)),
    hashAfter: async (sub) => {
      const row = await db
        .selectFrom(
          db.selectFrom('users').select('id').where('sub', '>=', sub).orderBy('sub').limit(1).as('next'),
        )
        .innerJoin('credentials', (join) =>
          join.onRef('credentials.user_id', '=', 'next.id').on('credentials.method', '=', 'password'),
        )
        .select('credentials.data')
        .executeTakeFirst()
      const phc = row?.data['phc']
      return typeof phc === 'string' ? phc : undefined
    },
    findPersonByPasskey: (id) =>
      person(
        people().where('users.id', '=', (eb) =>
          eb
            .selectFrom('credentials as passkey')
            .select('passkey.user_id')
            .where('passkey.method', '=', 'passkey')
            .where(sql`passkey.data->>'id'`, '=', id),
        ),
      ),
    findPersonByIdentity: ({ connector, issuer, subject }) =>
      person(
        people().where('users.id', '=', (eb) =>
          eb
            .selectFrom('credentials as identity')
            .select('identity.user_id')
            .where('identity.method', '=', 'identity')
            .where(sql`identity.data->>'connector'`, '=', connector)
            .where(sql`identity.data->>'issuer'`, '=', issuer)
            .where(sql`identity.data->>'subject'`, '=', subject),
        ),
      ),
    list: async ({ after, limit, managedBy }) => {
      const rows = await all()
        .$if(after !== undefined, (query) => query.where('id', '>', after ?? ''))
        .$if(managedBy !== undefined, (query) => query.where('managed_by', '=', managedBy ?? ''))
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toAccount)
    },
    update: (id, changes, at) =>
      account(
        db
          .updateTable('users')
          .where('id', '=', id)
          .set({ ...toChangedColumns(changes, at), updated_at: new Date(at) })
          .returningAll(),
      ),
    changeEmail: (id, { email, key, verified }, at) =>
      account(
        db
          .updateTable('users')
          .where('id', '=', id)
          .set({ email, email_key: key, email_verified: verified, updated_at: new Date(at) })
          .returningAll(),
      ),
    lock: async (id) =>
      (await db.selectFrom('users').select('id').where('id', '=', id).forNoKeyUpdate().executeTakeFirst()) !==
      undefined,
    disable: (id, at) =>
      account(
        enabled(id)
          .set({ disabled_at: new Date(at), updated_at: new Date(at) })
          .returningAll(),
      ),
    deleteLater: (id, until, at) =>
      account(
        enabled(id)
          .set({ disabled_at: new Date(at), delete_after: new Date(until), updated_at: new Date(at) })
          .returningAll(),
      ),
    findToDelete: async (id) => {
      const row = await all().where('id', '=', id).where('delete_after', 'is not', null).executeTakeFirst()
      return row?.delete_after ? { account: toAccount(row), until: row.delete_after.getTime() } : undefined
    },
    keep: (id, at) =>
      account(
        db
          .updateTable('users')
          .where('id', '=', id)
          .where('delete_after', 'is not', null)
          .set({ disabled_at: null, delete_after: null, updated_at: new Date(at) })
          .returningAll(),
      ),
    dueToDelete: async (now, limit) => {
      const rows = await db
        .selectFrom('users')
        .select('id')
        .where('delete_after', '<=', new Date(now))
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id)
    },
    remove: (id) => account(db.deleteFrom('users').where('id', '=', id).returningAll()),
  }
}

/** An account with one of its credentials, or none. */
interface PersonRow extends Selectable<UserRow> {
  credential_id: string | null
  method: string | null
  data: JsonObject | null
  label: string | null
  added_at: Date | null
  last_used_at: Date | null
}

const toCredentials = ({
  credential_id: id,
  method,
  data,
  label,
  added_at: added,
  last_used_at: used,
}: PersonRow) =>
  id === null || method === null || data === null || added === null
    ? []
    : [
        {
          ...{ id, method, data, label: label ?? undefined },
          ...{ createdAt: added.getTime(), lastUsedAt: used?.getTime() },
        },
      ]

/** PostgreSQL's unique_violation: of all that is unique in an account only its address is chosen. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505'

const toRow = (user: NewUser) => ({
  id: user.id,
  sub: user.sub,
  email: user.email,
  email_key: user.emailKey,
  email_verified: user.emailVerified,
  name: user.name ?? null,
  profile: JSON.stringify(user.profile),
  server_roles: JSON.stringify(user.serverRoles),
  managed_by: user.managedBy ?? null,
  created_at: new Date(user.at),
  updated_at: new Date(user.at),
})

const toChangedColumns = (changes: UserChanges, at: number) => ({
  ...(changes.email !== undefined && { email: changes.email }),
  ...(changes.emailVerified !== undefined && { email_verified: changes.emailVerified }),
  ...(changes.name !== undefined && { name: changes.name }),
  ...(changes.profile !== undefined && { profile: JSON.stringify(changes.profile) }),
  ...(changes.serverRoles !== undefined && { server_roles: JSON.stringify(changes.serverRoles) }),
  // An operator who lets them in again lets them stay.
  ...(changes.disabled !== undefined && { disabled_at: changes.disabled ? new Date(at) : null }),
  ...(changes.disabled === false && { delete_after: null }),
})

const toAccount = (row: Selectable<UserRow>): Account => ({
  id: row.id,
  sub: row.sub,
  email: row.email,
  emailVerified: row.email_verified,
  name: row.name ?? undefined,
  profile: row.profile,
  serverRoles: row.server_roles,
  disabled: row.disabled_at !== null,
  epoch: row.epoch,
  ends: row.ends,
  managedBy: row.managed_by ?? undefined,
  createdAt: row.created_at.getTime(),
  updatedAt: row.updated_at.getTime(),
  lastSignInAt: row.last_sign_in_at?.getTime(),
})
