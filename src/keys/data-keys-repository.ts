import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { DataKeyPurpose, DataKeyWrapRow } from './rows.ts'

/** A data key wrapped by one master key. */
export interface Wrap {
  masterId: string
  wrapped: Buffer
}

export interface StoredDataKey {
  purpose: DataKeyPurpose
  /** Never used twice for one purpose. */
  number: number
  /** Times are the database's, epoch ms. */
  createdAt: number
  usableFrom: number
  ended: 'retired' | 'compromised' | undefined
  endedAt: number | undefined
  wraps: Wrap[]
}

export interface StoredDataKeys {
  /** The database's time of reading, epoch ms. */
  now: number
  /** By purpose and number. */
  keys: StoredDataKey[]
}

export interface NewDataKey {
  purpose: DataKeyPurpose
  number: number
  /** Milliseconds from now. */
  usableIn: number
  wraps: readonly Wrap[]
}

export interface DataKeysRepository {
  read(): Promise<StoredDataKeys>
  /** False when the number was given out before. */
  add(key: NewDataKey): Promise<boolean>
  /** A further copy; none of a key whose copies have been deleted meanwhile. */
  addWrap(purpose: DataKeyPurpose, number: number, wrap: Wrap): Promise<void>
  /** Its copies go with it, unless something still has to be read by it. */
  end(key: KeyName, how: 'retired' | 'compromised', copies: 'delete' | 'keep'): Promise<void>
  /** Deletes the copies under every other master key; how many there were. */
  keepWrapsOf(masterIds: readonly string[]): Promise<number>
  /** All of it or nothing, and nobody else changes data keys meanwhile. */
  alone<T>(work: (repository: DataKeysRepository) => Promise<T>): Promise<T>
}

export function createDataKeysRepository(db: Kysely<Database>): DataKeysRepository {
  const atomically = <T>(work: (tx: Kysely<Database>) => Promise<T>): Promise<T> =>
    db.isTransaction ? work(db) : db.transaction().execute(work)
  return {
    read: () => read(db),
    add: (key) => atomically((tx) => add(tx, key)),
    addWrap: (purpose, number, wrap) =>
      atomically(async (tx) => {
        await tx
          .selectFrom('data_keys')
          .select('number')
          .where('purpose', '=', purpose)
          .where('number', '=', number)
          .forUpdate()
          .execute()
        const others = await tx
          .selectFrom('data_key_wraps')
          .select('master_id')
          .where('purpose', '=', purpose)
          .where('number', '=', number)
          .execute()
        if (others.length > 0) await insertWraps(tx, purpose, number, [wrap])
      }),
    end: (key, how, copies) => atomically((tx) => end(tx, key, how, copies)),
    keepWrapsOf: async (masterIds) => {
      const deletion = db.deleteFrom('data_key_wraps').where('master_id', 'not in', masterIds)
      return Number((await deletion.executeTakeFirst()).numDeletedRows)
    },
    alone: (work) =>
      atomically(async (tx) => {
        await sql`lock table data_keys in share row exclusive mode`.execute(tx)
        return work(createDataKeysRepository(tx))
      }),
  }
}

type KeyName = Pick<StoredDataKey, 'purpose' | 'number'>

async function end(
  tx: Kysely<Database>,
  { purpose, number }: KeyName,
  how: 'retired' | 'compromised',
  copies: 'delete' | 'keep',
): Promise<void> {
  await tx
    .updateTable('data_keys')
    .set({ ended: how, ended_at: sql<Date>`clock_timestamp()` })
    .where('purpose', '=', purpose)
    .where('number', '=', number)
    .execute()
  if (copies === 'keep') return
  await tx.deleteFrom('data_key_wraps').where('purpose', '=', purpose).where('number', '=', number).execute()
}

async function read(db: Kysely<Database>): Promise<StoredDataKeys> {
  const rows = await db
    .selectFrom('data_keys as k')
    .leftJoin('data_key_wraps as w', (join) =>
      join.onRef('w.purpose', '=', 'k.purpose').onRef('w.number', '=', 'k.number'),
    )
    .selectAll('k')
    .select(['w.master_id', 'w.wrapped'])
    .select(sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::float8`.as('now'))
    .orderBy('k.purpose')
    .orderBy('k.number')
    .execute()
  const keys = new Map<string, StoredDataKey>()
  for (const row of rows) {
    const id = `${row.purpose}/${row.number}`
    const key = keys.get(id) ?? {
      purpose: row.purpose,
      number: row.number,
      createdAt: row.created_at.getTime(),
      usableFrom: row.usable_from.getTime(),
      ended: row.ended ?? undefined,
      endedAt: row.ended_at?.getTime(),
      wraps: [],
    }
    if (row.master_id !== null && row.wrapped !== null)
      key.wraps.push({ masterId: row.master_id, wrapped: row.wrapped })
    keys.set(id, key)
  }
  return { now: rows[0]?.now ?? 0, keys: [...keys.values()] }
}

async function add(tx: Kysely<Database>, { purpose, number, usableIn, wraps }: NewDataKey): Promise<boolean> {
  const made = await tx
    .insertInto('data_keys')
    .values({
      purpose,
      number,
      usable_from: sql<Date>`clock_timestamp() + ${usableIn} * interval '1 millisecond'`,
    })
    .onConflict((c) => c.doNothing())
    .returning('number')
    .executeTakeFirst()
  if (made === undefined) return false
  await insertWraps(tx, purpose, number, wraps)
  return true
}

async function insertWraps(
  db: Kysely<Database>,
  purpose: DataKeyPurpose,
  number: number,
  wraps: readonly Wrap[],
): Promise<void> {
  const rows: DataKeyWrapRow[] = wraps.map(({ masterId, wrapped }) => ({
    purpose,
    number,
    master_id: masterId,
    wrapped,
  }))
  await db
    .insertInto('data_key_wraps')
    .values(rows)
    .onConflict((c) => c.doNothing())
    .execute()
}
