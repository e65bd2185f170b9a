/**
 * The ends of what people were given, where they are written first. From then on nothing of it is honoured on any node,
 * whatever the store of short-lived state still holds, forgets or brings back.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { StoredEvent } from '../../adapters/contract.ts'
import { createInbox } from '../audit/inbox-repository.ts'
import { FIRST_PARTY } from '../clients/client.ts'
import type { Database } from '../schema.ts'
import { newRowId } from '../shared/ids.ts'
import type { CleanUp } from './clean-ups-repository.ts'
import type { EndKind } from './rows.ts'

/** What ends by its name: a session with all that came of it, only its sign-on, a device, a family. */
export interface End {
  kind: EndKind
  value: string
}

/** What ends all together. */
export interface Whole {
  kind: 'account' | 'client' | 'organization'
  value: string
}

export interface Everything {
  epoch: number
  /** Epoch ms: what was issued before is not honoured. */
  issuedBefore: number | undefined
}

export interface EndsRepository {
  /**
   * `account`: whose it is. `expiresIn`: so long something of it might come back, ms. What has to be taken out then, if
   * it had not been ended before.
   */
  endOne(
    end: End,
    whose: { account: string; expiresIn: number },
    event: StoredEvent,
  ): Promise<CleanUp | undefined>
  endAll(whole: Whole, event: StoredEvent): Promise<CleanUp>
  /** Of everybody: until now, or what was issued before a moment. */
  endEverything(before: number | undefined, event: StoredEvent): Promise<void>
  /** Whether one of these was ended. */
  includesAny(ends: readonly End[]): Promise<boolean>
  everything(): Promise<Everything>
  /** Of an organization; undefined while nothing of it was ended. */
  organization(id: string): Promise<{ epoch: number } | undefined>
  /** Of the built-in client; undefined while nothing of it was ended. */
  builtInClient(): Promise<{ epoch: number } | undefined>
  /** Removes what can't come back any more, so many at most; how many there were. */
  forget(limit: number): Promise<number>
}

export function createEndsRepository(db: Kysely<Database>): EndsRepository {
  const inOneStep = <T>(event: StoredEvent, work: (tx: Kysely<Database>) => Promise<T>): Promise<T> =>
    inTransaction(db, async (tx) => {
      const result = await work(tx)
      await createInbox(tx).takeIn([event])
      return result
    })
  return {
    endOne: (end, whose, event) => endOne(db, end, whose, event),
    endAll: (whole, event) =>
      inOneStep(event, async (tx) => keepCleanUp(tx, whole, await raiseEpoch(tx, whole), event)),
    endEverything: (before, event) => inOneStep(event, (tx) => endEverything(tx, before)),
    includesAny: async (ends) => {
      const found = await db
        .selectFrom('access_ends')
        .select('value')
        .where(({ eb, or, and }) =>
          or(ends.map(({ kind, value }) => and([eb('value', '=', value), eb('kind', '=', kind)]))),
        )
        .limit(1)
        .executeTakeFirst()
      return found !== undefined
    },
    everything: async () => {
      const row = await epochOf(db, 'everything', '')
      return { epoch: row?.epoch ?? 0, issuedBefore: row?.issued_before?.getTime() }
    },
    organization: (id) => epochOf(db, 'organization', id),
    builtInClient: () => epochOf(db, 'client', FIRST_PARTY),
    forget: async (limit) => {
      const { numDeletedRows } = await db
        .deleteFrom('access_ends')
        .where(({ eb, refTuple, selectFrom }) =>
          eb(
            refTuple('value', 'kind'),
            'in',
            selectFrom('access_ends')
              .select(['value', 'kind'])
              .where('expires_at', '<', sql<Date>`now()`)
              .limit(limit)
              .$asTuple('value', 'kind'),
          ),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

/** One that is open already, if there is one: what is ended then ends with the change that is the reason for it. */
const inTransaction = <T>(db: Kysely<Database>, work: (tx: Kysely<Database>) => Promise<T>): Promise<T> =>
  db.isTransaction ? work(db) : db.transaction().execute(work)

/** All that a person was given, in the transaction of a change to their account; nodes have to be told afterwards. */
export const endAccount = async (tx: Kysely<Database>, sub: string, event: StoredEvent): Promise<void> =>
  void (await createEndsRepository(tx).endAll({ kind: 'account', value: sub }, event))

/**
 * One more, and at least the seconds since a day in 2023: where the database is put back to what it was an hour ago, the
 * next number is none that was given in that hour.
 */
const higherThan = (number: RawBuilder<unknown>): RawBuilder<number> =>
  sql<number>`greatest(${number} + 1, (extract(epoch from clock_timestamp()) - 1700000000)::integer)`

/**
 * One statement, as many may come at once: who comes second finds it ended, and adds the event alone. The person's row is
 * taken before what hangs on it, as by all who change that.
 */
async function endOne(
  db: Kysely<Database>,
  { kind, value }: End,
  { account, expiresIn }: { account: string; expiresIn: number },
  event: StoredEvent,
): Promise<CleanUp | undefined> {
  const { rows } = await sql<{ id: string; created_at: Date }>`
    with recorded as (
      insert into event_inbox (id, event) values (${event.id}::uuid, ${event.text}) on conflict (id) do nothing
    ), ended as (
      insert into access_ends (kind, value, expires_at)
      values (${kind}, ${value}, clock_timestamp() + ${expiresIn} * interval '1 millisecond')
      on conflict (value, kind) do nothing
      returning kind, value
    ), raised as (
      update users set ends = ${higherThan(sql.ref('ends'))} where sub = ${account} and exists (select from ended) returning id
    ), gone_session as (
      delete from sessions using ended, raised
      where ended.kind in ('session', 'sign_on') and sessions.id = ended.value
    ), gone_device as (
      delete from devices using ended, raised where ended.kind = 'device' and devices.id = ended.value
    )
    insert into clean_ups (id, kind, value, event_id, event)
    select ${newRowId()}::uuid, kind, value, ${event.id}::uuid, ${event.text}
    from ended where kind in ('session', 'device')
    returning id, created_at`.execute(db)
  const [task] = rows
  if (task === undefined || kind === 'family' || kind === 'sign_on') return undefined
  return { id: task.id, kind, value, epoch: undefined, event, at: task.created_at.getTime() }
}

/** Null where there is no such person or client (any longer). */
async function raiseEpoch(tx: Kysely<Database>, { kind, value }: Whole): Promise<number | null> {
  if (kind === 'organization' || (kind === 'client' && value === FIRST_PARTY)) {
    const { epoch } = await tx
      .insertInto('access_epochs')
      .values({ kind, value, epoch: higherThan(sql`0`) })
      .onConflict((c) =>
        c.columns(['kind', 'value']).doUpdateSet({ epoch: higherThan(sql.ref('access_epochs.epoch')) }),
      )
      .returning('epoch')
      .executeTakeFirstOrThrow()
    return epoch
  }
  const row =
    kind === 'account'
      ? await raiseOfPerson(tx, value)
      : await tx
          .updateTable('clients')
          .set({ epoch: higherThan(sql.ref('epoch')) })
          .where('client_id', '=', value)
          .returning('epoch')
          .executeTakeFirst()
  return row?.epoch ?? null
}

/** On none of their devices is it enough any more that a second factor was asked for there before. */
async function raiseOfPerson(tx: Kysely<Database>, sub: string): Promise<{ epoch: number } | undefined> {
  const row = await tx
    .updateTable('users')
    .set({ epoch: higherThan(sql.ref('epoch')) })
    .where('sub', '=', sub)
    .returning(['id', 'epoch'])
    .executeTakeFirst()
  if (row !== undefined) await distrusted(tx).where('user_id', '=', row.id).execute()
  return row
}

const distrusted = (tx: Kysely<Database>) =>
  tx
    .updateTable('devices')
    .set({ trusted_at: null, trusted_until: null })
    .where('trusted_until', 'is not', null)

async function keepCleanUp(
  tx: Kysely<Database>,
  { kind, value }: Pick<CleanUp, 'kind' | 'value'>,
  epoch: number | null,
  event: StoredEvent,
): Promise<CleanUp> {
  const row = await tx
    .insertInto('clean_ups')
    .values({ id: newRowId(), kind, value, epoch, event_id: event.id, event: event.text })
    .returning(['id', 'created_at'])
    .executeTakeFirstOrThrow()
  return { id: row.id, kind, value, epoch: epoch ?? undefined, event, at: row.created_at.getTime() }
}

async function endEverything(tx: Kysely<Database>, before: number | undefined): Promise<void> {
  const [kind, value] = ['everything', ''] as const
  await distrusted(tx)
    .$if(before !== undefined, (query) => query.where('trusted_at', '<', new Date(before ?? 0)))
    .execute()
  if (before === undefined) {
    await tx
      .insertInto('access_epochs')
      .values({ kind, value, epoch: higherThan(sql`0`) })
      .onConflict((c) =>
        c.columns(['kind', 'value']).doUpdateSet({ epoch: higherThan(sql.ref('access_epochs.epoch')) }),
      )
      .execute()
    return
  }
  const issued_before = new Date(before)
  await tx
    .insertInto('access_epochs')
    .values({ kind, value, issued_before })
    .onConflict((c) =>
      c.columns(['kind', 'value']).doUpdateSet({
        issued_before: sql<Date>`greatest(access_epochs.issued_before, excluded.issued_before)`,
      }),
    )
    .execute()
}

const epochOf = (db: Kysely<Database>, kind: 'organization' | 'client' | 'everything', value: string) =>
  db
    .selectFrom('access_epochs')
    .select(['epoch', 'issued_before'])
    .where('kind', '=', kind)
    .where('value', '=', value)
    .executeTakeFirst()
