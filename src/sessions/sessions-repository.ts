/** Births of sessions: the index by which they are found when a device, a person or an organization is signed out. */
import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { SessionRow } from './rows.ts'

export interface NewSession {
  id: string
  /** `sub`. */
  account: string
  kind: SessionRow['kind']
  device: string
  organization: string
  /** The longest that it can live, ms. */
  expiresIn: number
}

export interface BegunSession {
  id: string
  account: string
  kind: SessionRow['kind']
  device: string
  organization: string
  /** Epoch ms. */
  createdAt: number
  endsAt: number
}

export type SessionIndex = 'account' | 'session' | 'device' | 'organization'

export interface SessionsRepository {
  /** Or begins anew, when the person has proven again who they are. Not for somebody who is gone. */
  begin(session: NewSession): Promise<void>
  /** Of its person's, those that began first beyond so many; it is none of them. */
  beyond(session: Pick<NewSession, 'id' | 'account'>, most: number): Promise<string[]>
  /** In the order of their ids, after one; `until`: begun by then, epoch ms. */
  page(
    index: SessionIndex,
    value: string,
    page: { after?: string; until?: number; limit: number },
  ): Promise<BegunSession[]>
  remove(ids: readonly string[]): Promise<void>
  /** Removes those that can't live any longer, so many at most; how many there were. */
  forget(limit: number): Promise<number>
}

const COLUMNS = {
  account: 'users.sub',
  session: 'sessions.id',
  device: 'sessions.device',
  organization: 'sessions.organization',
} as const

export const createSessionsRepository = (db: Kysely<Database>): SessionsRepository => ({
  begin: async ({ id, account, kind, device, organization, expiresIn }) => {
    await sql`
      insert into sessions (id, user_id, kind, device, organization, ends_at)
      select ${id}, id, ${kind}, ${device}, ${organization},
        clock_timestamp() + ${expiresIn} * interval '1 millisecond'
      from users where sub = ${account}
      on conflict (id) do update set device = excluded.device, ends_at = excluded.ends_at`.execute(db)
  },
  beyond: async ({ id, account }, most) => {
    const rows = await db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select('sessions.id')
      .where('users.sub', '=', account)
      .where('sessions.id', '<>', id)
      .where('sessions.ends_at', '>', sql<Date>`now()`)
      .orderBy('sessions.created_at', 'desc')
      .orderBy('sessions.id')
      .offset(most - 1)
      .execute()
    return rows.map((row) => row.id)
  },
  page: async (index, value, { after = '', until, limit }) => {
    if (value === '') return []
    const rows = await db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .selectAll('sessions')
      .select('users.sub')
      .where(COLUMNS[index], '=', value)
      .where(COLUMNS[index], '<>', '')
      .where('sessions.id', '>', after)
      .$if(until !== undefined, (query) => query.where('sessions.created_at', '<=', new Date(until ?? 0)))
      .orderBy('sessions.id')
      .limit(limit)
      .execute()
    return rows.map(({ id, sub, kind, device, organization, created_at, ends_at }) => ({
      ...{ id, account: sub, kind, device, organization },
      createdAt: created_at.getTime(),
      endsAt: ends_at.getTime(),
    }))
  },
  remove: async (ids) => {
    if (ids.length > 0) await db.deleteFrom('sessions').where('id', 'in', ids).execute()
  },
  forget: async (limit) => {
    const { numDeletedRows } = await db
      .deleteFrom('sessions')
      .where('id', 'in', (from) =>
        from.selectFrom('sessions').select('id').where('ends_at', '<', sql<Date>`now()`).limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  },
})
