/** What a thief of all stores holds: every key and value of Redis, every row of every table of PostgreSQL. */
import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { expand } from '../../adapters/redis/phrases.ts'
import type { House } from '../support/house.ts'
import { within } from '../support/within.ts'

export interface Dump {
  texts: string[]
  bytes: Buffer[]
}

export async function dumpOf(house: House): Promise<Dump> {
  const values = (await rowsOf(house)).flatMap((row) => Object.values(row))
  const texts = values
    .filter((value) => value !== null && !Buffer.isBuffer(value) && !(value instanceof Date))
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
  const inRedis = house.redisUrl === undefined ? [] : await textsOfRedis(house.redisUrl)
  return { texts: [...texts, ...inRedis], bytes: values.filter((value) => Buffer.isBuffer(value)) }
}

const rowsOf = (house: House): Promise<Record<string, unknown>[]> =>
  within(house, async ({ database: { db } }) => {
    const tables = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db)
    const all = tables.rows.map(({ name }) =>
      sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db),
    )
    return (await Promise.all(all)).flatMap(({ rows }) => rows)
  })

async function textsOfRedis(url: string): Promise<string[]> {
  const redis = new Redis(url)
  try {
    const keys = await redis.keys('*')
    return (await Promise.all(keys.map(async (key) => [key, ...(await valuesAt(redis, key))]))).flat()
  } finally {
    redis.disconnect()
  }
}

async function valuesAt(redis: Redis, key: string): Promise<string[]> {
  const type = await redis.type(key)
  if (type === 'string') return [expand((await redis.get(key)) ?? '')]
  if (type === 'hash') return Object.entries(await redis.hgetall(key)).flat()
  if (type === 'zset') return redis.zrange(key, '0', '-1')
  if (type === 'stream') return (await redis.xrange(key, '-', '+')).flatMap(([, fields]) => fields)
  throw new Error(`a ${type} at ${key}: nothing of ours`)
}

/** All of it to search in: bytes in hexadecimal, in base64, and as they are. */
export const textOf = ({ texts, bytes }: Dump): string =>
  [
    ...texts,
    ...(['hex', 'base64', 'latin1'] as const).flatMap((as) => bytes.map((b) => b.toString(as))),
  ].join('\n')

/** What could be tried as a value: each word, and bytes as they would be written in an address. */
export const wordsOf = ({ texts, bytes }: Dump): string[] => {
  const words = texts.flatMap((text) => text.match(/[\w-]{16,}/g) ?? [])
  return [...new Set([...words, ...bytes.map((b) => b.toString('base64url'))])]
}
