/** People who come from another system, many at a time: a row each, and all that belongs to it, in a few statements. */
import type { Kysely } from 'kysely'
import type { JsonObject, StoredEvent } from '../../adapters/contract.ts'
import { recordEvents } from '../audit/inbox-repository.ts'
import type { Database } from '../schema.ts'
import { newRowId } from '../shared/ids.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'
import type { ProfileClaims } from './rows.ts'

export interface NewFactor {
  id: string
  method: MethodId
  data: JsonObject
  /** Of who somebody is elsewhere: what the connector is called. */
  connector?: string
}

export interface NewcomerRow {
  sourceId: string
  id: string
  sub: string
  email: string
  emailKey: string
  emailVerified: boolean
  name: string | undefined
  profile: ProfileClaims
  disabled: boolean
  /** Epoch ms. */
  createdAt: number
  /** What is stored of the password's hash. */
  passwordHash: string | undefined
  /** Each with the event that it was added. */
  factors: readonly (NewFactor & { event: StoredEvent })[]
  events: readonly StoredEvent[]
}

/** What a row meets: nobody, the person it made before, or somebody else with its address. */
export type Met =
  | { as: 'nobody' }
  | { as: 'somebody_else' }
  | { as: 'itself'; userId: string; sub: string; email: string; mayBringPassword: boolean }

export interface ImportsRepository {
  /** By source id. */
  meet(
    source: string,
    rows: readonly { sourceId: string; emailKey: string }[],
  ): Promise<ReadonlyMap<string, Met>>
  /**
   * Those whose address is free, with their events: the source ids of whom it added. What is somebody's already, such as
   * who one is elsewhere, is not theirs too.
   */
  add(source: string, rows: readonly NewcomerRow[], at: number): Promise<ReadonlySet<string>>
  /** A password that comes later than its person, while nobody has signed in; false when somebody was faster. */
  bringPassword(
    source: string,
    row: { sourceId: string; userId: string; passwordHash: string; event: StoredEvent },
    at: number,
  ): Promise<boolean>
}

export const createImportsRepository = (db: Kysely<Database>): ImportsRepository => ({
  meet: async (source, rows) => {
    const ids = rows.map(({ sourceId }) => sourceId)
    const known = await db
      .selectFrom('user_sources')
      .innerJoin('users', 'users.id', 'user_sources.user_id')
      .leftJoin('credentials', (join) =>
        join.onRef('credentials.user_id', '=', 'users.id').on('credentials.method', '=', 'password'),
      )
      .select(['source_id', 'users.id', 'users.sub', 'users.email', 'password_brought', 'last_sign_in_at'])
      .select('credentials.id as password')
      .where('source', '=', source)
      .where('source_id', 'in', ids)
      .execute()
    const taken = await db
      .selectFrom('users')
      .select('email_key')
      .where(
        'email_key',
        'in',
        rows.map(({ emailKey }) => emailKey),
      )
      .execute()
    const itself = new Map(known.map((row) => [row.source_id, row]))
    const keys = new Set(taken.map(({ email_key }) => email_key))
    return new Map(
      rows.map(({ sourceId, emailKey }): [string, Met] => {
        const row = itself.get(sourceId)
        if (row === undefined) return [sourceId, { as: keys.has(emailKey) ? 'somebody_else' : 'nobody' }]
        const mayBringPassword =
          row.password === null && !row.password_brought && row.last_sign_in_at === null
        const { id: userId, sub, email } = row
        return [sourceId, { as: 'itself', userId, sub, email, mayBringPassword }]
      }),
    )
  },
  add: (source, rows, at) =>
    db.transaction().execute(async (tx) => {
      const added = await tx
        .insertInto('users')
        .values(rows.map((row) => toUserRow(row, at)))
        .onConflict((c) => c.column('email_key').doNothing())
        .returning('id')
        .execute()
      const ids = new Set(added.map(({ id }) => id))
      const newcomers = rows.filter(({ id }) => ids.has(id))
      if (newcomers.length === 0) return new Set()
      const credentials = newcomers.flatMap(({ id, passwordHash, factors }) => [
        ...(passwordHash === undefined ? [] : [toPasswordRow(id, passwordHash, at)]),
        ...factors.map((factor) => toCredentialRow(id, factor, at)),
      ])
      const kept = await addCredentials(tx, credentials)
      await tx
        .insertInto('user_sources')
        .values(
          newcomers.map(({ sourceId, id, passwordHash }) => ({
            source,
            source_id: sourceId,
            user_id: id,
            password_brought: passwordHash !== undefined,
            imported_at: new Date(at),
          })),
        )
        .execute()
      await recordEvents(
        tx,
        newcomers.flatMap(({ events, factors }) => [
          ...events,
          ...factors.flatMap(({ id, event }) => (kept.has(id) ? [event] : [])),
        ]),
      )
      return new Set(newcomers.map(({ sourceId }) => sourceId))
    }),
  bringPassword: (source, { sourceId, userId, passwordHash, event }, at) =>
    db.transaction().execute(async (tx) => {
      const unused = await tx
        .selectFrom('users')
        .select('id')
        .where('id', '=', userId)
        .where('last_sign_in_at', 'is', null)
        .forNoKeyUpdate()
        .executeTakeFirst()
      const { numUpdatedRows } = await tx
        .updateTable('user_sources')
        .set({ password_brought: true })
        .where('source', '=', source)
        .where('source_id', '=', sourceId)
        .where('password_brought', '=', false)
        .executeTakeFirst()
      if (unused === undefined || numUpdatedRows === 0n) return false
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('credentials')
        .values(toPasswordRow(userId, passwordHash, at))
        .onConflict((c) => c.column('user_id').where('method', '=', 'password').doNothing())
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows === 0n) return false
      await recordEvents(tx, [event])
      return true
    }),
})

type CredentialValues = ReturnType<typeof toCredentialRow>

/** The ids of those that there can be. */
async function addCredentials(
  tx: Kysely<Database>,
  credentials: readonly CredentialValues[],
): Promise<ReadonlySet<string>> {
  if (credentials.length === 0) return new Set()
  const added = await tx
    .insertInto('credentials')
    .values(credentials)
    .onConflict((c) => c.doNothing())
    .returning('id')
    .execute()
  return new Set(added.map(({ id }) => id))
}

const toUserRow = (row: NewcomerRow, at: number) => ({
  id: row.id,
  sub: row.sub,
  email: row.email,
  email_key: row.emailKey,
  email_verified: row.emailVerified,
  name: row.name ?? null,
  profile: JSON.stringify(row.profile),
  server_roles: JSON.stringify([]),
  disabled_at: row.disabled ? new Date(at) : null,
  created_at: new Date(row.createdAt),
  updated_at: new Date(at),
})

const toPasswordRow = (userId: string, phc: string, at: number) =>
  toCredentialRow(userId, { id: newRowId(), method: 'password', data: { phc } }, at)

const toCredentialRow = (userId: string, { id, method, data }: NewFactor, at: number) => ({
  ...{ id, user_id: userId, method, data: JSON.stringify(data) },
  ...{ created_at: new Date(at), updated_at: new Date(at) },
})
