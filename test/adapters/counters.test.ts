import { rmSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import {
  type Counters,
  createMemoryCounters,
  createPostgresCounters,
  openRedisCounters,
} from '../../adapters/counters.ts'
import { openDatabase } from '../../adapters/database.ts'
import { newKey, SOON } from '../../adapters/spec/fixtures.ts'
import { freshDatabase, freshRedis } from '../support/databases.ts'
import { copyFolder, freshFolder } from '../support/folders.ts'
import { type RunningService, startRedis } from '../support/services.ts'

const MINUTE = 60_000
const all = <T>(count: number, one: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, one))

/** Waits until a node that connects in the background counts in Redis, and no longer for itself. */
const counting = (counters: Counters, redis: Redis, key: string): Promise<void> =>
  vi.waitFor(
    async () => {
      await counters.add(key, MINUTE)
      if ((await redis.get(`gh:r:${key}`)) === null) throw new Error('not yet')
    },
    { ...SOON, interval: 20 },
  )

/** Two clients of one store, as two nodes are. */
function describeCounters(
  name: string,
  open: () => Promise<[Counters, Counters, () => Promise<unknown>]>,
): void {
  describe(name, () => {
    let one: Counters
    let other: Counters
    let end: () => Promise<unknown> = async () => {}
    beforeAll(async () => {
      ;[one, other, end] = await open()
    })
    afterAll(async () => {
      await Promise.all([one.close(), other.close()])
      await end()
    })

    it('L-11 gives each of any number at once a count of its own, over both nodes', async () => {
      const key = newKey()
      const counts = await Promise.all([
        all(25, () => one.add(key, MINUTE)),
        all(25, () => other.add(key, MINUTE)),
      ])
      expect(
        counts
          .flat()
          .map(({ count }) => count)
          .toSorted((a, b) => a - b),
      ).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
      expect((await one.read(key)).count).toBe(50)
    })

    it('says when the window ends, and more does not put that off', async () => {
      const key = newKey()
      const first = await one.add(key, 2_000)
      expect(first.endsIn).toBeGreaterThan(1_000)
      expect(first.endsIn).toBeLessThanOrEqual(2_000)
      expect((await one.add(key, MINUTE)).endsIn).toBeLessThanOrEqual(2_000)
      await expect.poll(async () => (await other.read(key)).count, SOON).toBe(0)
      expect(await one.add(key, MINUTE)).toMatchObject({ count: 1 })
    })

    it('takes back what was given, and never less than nothing', async () => {
      const key = newKey()
      await all(3, () => one.add(key, MINUTE))
      await all(2, () => other.takeBack(key, MINUTE))
      expect((await one.read(key)).count).toBe(1)
      await all(5, () => one.takeBack(key, MINUTE))
      await one.takeBack(newKey(), MINUTE)
      expect((await one.read(key)).count).toBe(0)
      expect((await one.add(key, MINUTE)).count).toBe(1)
    })

    it('reads without counting', async () => {
      const key = newKey()
      expect(await one.read(key)).toEqual({ count: 0, endsIn: 0 })
      expect((await one.add(key, MINUTE)).count).toBe(1)
    })
  })
}

describeCounters('counters in Redis', async () => {
  const url = freshRedis()
  const redis = new Redis(url)
  const nodes = [openRedisCounters({ url }), openRedisCounters({ url })] as const
  for (const [n, counters] of nodes.entries()) await counting(counters, redis, `ready-${n}`)
  const [one, other] = nodes
  return [
    one,
    other,
    async () => {
      const lives = await Promise.all((await redis.keys('*')).map((key) => redis.pttl(key)))
      redis.disconnect()
      expect(lives.filter((life) => life < 0)).toEqual([])
    },
  ]
})

describeCounters('counters in PostgreSQL', async () => {
  const database = await freshDatabase()
  const opened = await openDatabase({ url: database.url, dataDir: '', poolMax: 10 })
  return [
    createPostgresCounters(opened.pool),
    createPostgresCounters(opened.pool),
    async () => {
      await opened.close()
      await database.drop()
    },
  ]
})

describeCounters('counters in embedded storage', async () => {
  const dataDir = freshFolder()
  copyFolder(inject('services').embeddedTemplate, dataDir)
  const opened = await openDatabase({ url: undefined, dataDir, poolMax: 8, role: 'server' })
  return [
    createPostgresCounters(opened.pool),
    createPostgresCounters(opened.pool),
    async () => {
      await opened.close()
      rmSync(dataDir, { recursive: true })
    },
  ]
})

describeCounters('counters of a node alone', async () => {
  const counters = createMemoryCounters()
  return [counters, counters, async () => {}]
})

describe('counters in PostgreSQL', () => {
  it('are swept away once they have run out, and only then', async () => {
    const database = await freshDatabase()
    const { pool, close } = await openDatabase({ url: database.url, dataDir: '', poolMax: 2 })
    const counters = createPostgresCounters(pool)
    await counters.add('live', MINUTE)
    await pool.query(
      `insert into counters select 'old' || n, 1, (extract(epoch from now()) - 61) * 1000 from generate_series(1, 1200) n`,
    )
    expect(await counters.sweep()).toBe(1_200)
    expect((await counters.read('live')).count).toBe(1)
    await close()
    await database.drop()
  })

  it('do not hide a fault that is no absence', async () => {
    const database = await freshDatabase()
    const { pool, close } = await openDatabase({ url: database.url, dataDir: '', poolMax: 2 })
    await pool.query('drop table counters')
    await expect(createPostgresCounters(pool).add('key', MINUTE)).rejects.toThrow('counters')
    await close()
    await database.drop()
  })
})

describe('while Redis is away', () => {
  let server: RunningService
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  it('F-104 a node counts for itself, and together with the others again once it is back', async () => {
    const heard: unknown[] = []
    const counters = openRedisCounters({ url: server.url, onError: (error) => heard.push(error) })
    const redis = new Redis(server.url)
    redis.on('error', () => {})
    try {
      await counting(counters, redis, 'before')
      server.kill('SIGKILL')
      const counts = await all(20, () => counters.add('during', MINUTE))
      expect(counts.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, n) => n + 1),
      )
      await counters.takeBack('during', MINUTE)
      expect((await counters.read('during')).count).toBe(19)
      expect(heard.length).toBeGreaterThan(0)
      await server.restart()
      await counting(counters, redis, 'after')
    } finally {
      await counters.close()
      redis.disconnect()
    }
  })
})
