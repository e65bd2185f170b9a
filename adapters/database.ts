/**
 * The one way to the database. There is one driver, `pg`, for PostgreSQL and for embedded storage alike: the
 * only branch is where it connects to. Failures that mean "not there" or "too slow" become `StoreAway` here,
 * for Kysely and for callers of the pool, so that a request is answered 503 within two seconds.
 */
import { resolve } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { type ClientConfig, type CustomTypesConfig, Pool, type PoolClient, type PoolConfig, types } from 'pg'
import type { Database } from '../src/schema.ts'
import type { Role } from './embedded/owner.ts'
import { openEmbedded } from './embedded/storage.ts'
import { asStoreAway } from './store-away.ts'

export interface DatabaseOptions {
  /** Unset: embedded storage in `dataDir`. */
  url: string | undefined
  dataDir: string
  poolMax: number
  /**
   * With embedded storage: a `server` refuses to run beside another, a `command` (so, unless told otherwise) works
   * beside a running server as its guest.
   */
  role?: Role
  /** Hears of connections that broke while nobody was using them, and of the death of embedded storage. */
  onError?: (error: Error) => void
}

export interface OpenDatabase {
  kind: 'postgresql' | 'embedded'
  pool: Pool
  db: Kysely<Database>
  /** A connection of its own without the limits of a request: for migrations and long jobs. */
  unhurried<T>(job: (db: Kysely<Database>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A request has two seconds. The server gives up on a statement first, so that its error can still be read. */
const REQUEST_LIMITS: PoolConfig = {
  connectionTimeoutMillis: 1_500,
  statement_timeout: 1_500,
  query_timeout: 1_800,
  idle_in_transaction_session_timeout: 10_000,
}

const INT8 = 20

/** `count(*)` and other int8 values are numbers; nothing that we store comes near 2^53. */
const valueTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)),
}

/**
 * Rejects with `StoreAway` when PostgreSQL is not there or does not answer in time, and with a sentence when it is
 * too old or a data folder can't be used.
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { url, poolMax, onError = () => {} } = options
  const place = url === undefined ? await openFolder(options) : serverAt(url)
  const pool = openPool({ ...place.address, ...REQUEST_LIMITS, max: poolMax }, onError)
  const db = kyselyOn(pool)
  const close = async (): Promise<void> => {
    await endPool(pool)
    await place.close()
  }
  try {
    await refuseOldServer(pool)
  } catch (error) {
    await close()
    throw error
  }
  return { kind: place.kind, pool, db, unhurried: (job) => withOwnConnection(place.address, job), close }
}

interface Place {
  kind: OpenDatabase['kind']
  address: ClientConfig
  close(): Promise<void>
}

const serverAt = (url: string): Place => ({
  kind: 'postgresql',
  address: { connectionString: url },
  close: async () => {},
})

async function openFolder({
  dataDir,
  role = 'command',
  onError = () => {},
}: DatabaseOptions): Promise<Place> {
  return { kind: 'embedded', ...(await openEmbedded({ dataDir: resolve(dataDir), role, onError })) }
}

async function refuseOldServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  )
  const version = rows[0]?.version ?? 0
  if (version < 140_000) {
    throw new Error(`Gatehouse needs PostgreSQL 14 or newer; this one is ${Math.floor(version / 10_000)}.`)
  }
}

async function withOwnConnection<T>(address: ClientConfig, job: (db: Kysely<Database>) => Promise<T>) {
  const pool = openPool({ ...address, connectionTimeoutMillis: 10_000, max: 1 }, () => {})
  try {
    return await job(kyselyOn(pool))
  } finally {
    await endPool(pool)
  }
}

const kyselyOn = (pool: Pool): Kysely<Database> => new Kysely({ dialect: new PostgresDialect({ pool }) })

function openPool(config: PoolConfig, onError: (error: Error) => void): Pool {
  const pool = new Pool({ application_name: 'gatehouse', keepAlive: true, types: valueTypes, ...config })
  pool.query = translated(pool.query.bind(pool))
  pool.connect = translated(pool.connect.bind(pool))
  pool.on('connect', (client) => {
    client.query = translated(client.query.bind(client), (error) => dropUseless(client, error))
    // Whoever is using the client hears of it by the query; without a listener the process would end.
    client.on('error', () => {})
  })
  pool.on('error', onError)
  return pool
}

/** Not by Kysely, which ends only a pool that it has used. */
async function endPool(pool: Pool): Promise<void> {
  if (!pool.ending) await pool.end()
}

/** The driver overloads these methods; only those that return a promise can fail later. */
function translated<F>(method: F, onFailure: (error: unknown) => void = () => {}): F {
  const call = method as (...args: unknown[]) => unknown
  const wrapped = (...args: unknown[]): unknown => {
    const result = call(...args)
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      onFailure(error)
      throw asStoreAway(error)
    })
  }
  return wrapped as F
}

/**
 * After a read timeout the answer may still come: nobody else may be handed this connection. Nor one to a server that only
 * reads (25006): it was the primary, and the next connection leads to the one that is.
 */
function dropUseless(client: PoolClient, error: unknown): void {
  if (!(error instanceof Error)) return
  const onlyReads = 'code' in error && error.code === '25006'
  if (onlyReads || error.message === 'Query read timeout') void client.end()
}
