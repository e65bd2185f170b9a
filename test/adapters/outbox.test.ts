/** The outbox on real databases: what is written with a change is told, at least once, and what can't be told holds up nothing. */
import { beforeEach, expect, it, vi } from 'vitest'
import type { Handler, Outcome } from '../../src/events/outbox-message.ts'
import { createOutboxRepository, type OutboxRepository } from '../../src/events/outbox-repository.ts'
import { StoreAway } from '../../src/shared/app-error.ts'
import { LeaseLost } from '../../src/workers/job.ts'
import { createOutboxDelivery, createOutboxSweep } from '../../src/workers/outbox-jobs.ts'
import { onBothDatabases } from '../support/on-both-databases.ts'

const HOUR = 60 * 60 * 1000
const held = { stillHeld: async () => {} }

onBothDatabases((database) => {
  let outbox: OutboxRepository
  let logged: { level: string; msg: string }[]
  const time = { now: Date.UTC(2026, 0, 1) }

  beforeEach(async () => {
    await database().pool.query('delete from outbox')
    outbox = createOutboxRepository(database().db)
    logged = []
  })

  const add = (over: Partial<Parameters<OutboxRepository['add']>[0]> = {}): Promise<void> =>
    outbox.add({ kind: 'test', payload: { n: 1 }, at: time.now, ...over })

  function deliveryTo(handle: Handler, kinds = ['test']) {
    const log = (level: string) => (_event: object, msg: string) => void logged.push({ level, msg })
    return createOutboxDelivery({
      name: 'outbox',
      atOnce: 5,
      outbox,
      handlers: new Map(kinds.map((kind) => [kind, handle])),
      clock: { now: () => time.now },
      random: () => 0.5,
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      count: () => {},
    })
  }

  /** Runs it as often as there is something to do, each time when the next pause is over. */
  async function runFor(handle: Handler, hours: number, kinds?: string[]): Promise<void> {
    const job = deliveryTo(handle, kinds)
    for (const end = time.now + hours * HOUR; time.now < end; time.now += HOUR / 4 + HOUR / 8)
      await job.run(time.now, held)
  }

  const answering = (...outcomes: Outcome[]) => {
    const seen: unknown[] = []
    const handle: Handler = async ({ payload }) => {
      seen.push(payload)
      return outcomes[Math.min(seen.length, outcomes.length) - 1] ?? { status: 'done' }
    }
    return { handle, seen }
  }

  it('L-13 tells what was committed, and nothing that was rolled back', async () => {
    const { db } = database()
    await db
      .transaction()
      .execute((tx) => createOutboxRepository(tx).add({ kind: 'test', payload: { n: 1 }, at: time.now }))
    await db
      .transaction()
      .execute(async (tx) => {
        await createOutboxRepository(tx).add({ kind: 'test', payload: { n: 2 }, at: time.now })
        throw new Error('changed my mind')
      })
      .catch(() => {})
    const { handle, seen } = answering({ status: 'done' })
    await runFor(handle, 1)
    expect(seen).toEqual([{ n: 1 }])
    expect(await outbox.waiting()).toEqual({ waiting: 0, dead: 0, oldestAt: undefined })
  })

  it('gives each message to one of many takers', async () => {
    for (let n = 0; n < 40; n++) await add({ payload: { n } })
    const { handle, seen } = answering({ status: 'done' })
    await Promise.all([1, 2, 3].map(() => deliveryTo(handle).run(time.now, held)))
    expect(seen).toHaveLength(40)
    expect(new Set(seen.map((payload) => JSON.stringify(payload))).size).toBe(40)
  })

  it('keeps one message of an occasion, also after it was delivered', async () => {
    await Promise.all([add({ once: 'x' }), add({ once: 'x' }), add({ once: 'y' })])
    const { handle, seen } = answering({ status: 'done' })
    await runFor(handle, 1)
    await add({ once: 'x' })
    await runFor(handle, 1)
    expect(seen).toHaveLength(2)
  })

  it('F-163 sets a message aside that always fails, or is far too large, while the rest flows', async () => {
    await add({ payload: { poison: true } })
    // Embedded storage takes longer over so much than a statement may take on a busy machine.
    const large = database().kind === 'embedded' ? 1_000_000 : 10_000_000
    await add({ payload: { poison: 'x'.repeat(large) } })
    await add()
    let tries = 0
    const seen: unknown[] = []
    await runFor(async ({ payload }) => {
      if (Object.hasOwn(payload as object, 'poison')) {
        tries++
        throw new TypeError('Converting circular structure to JSON')
      }
      seen.push(payload)
      return { status: 'done' }
    }, 10)
    expect(seen).toEqual([{ n: 1 }])
    expect(tries).toBe(10)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0, dead: 2 })
    expect(logged.filter(({ msg }) => msg === 'a message was set aside')).toHaveLength(2)
  })

  it('F-163 sets a message aside that ends the process each time', async () => {
    await add()
    let tries = 0
    const dying = deliveryTo(() => {
      tries++
      throw new LeaseLost()
    })
    const claimOver = 2 * 60 * 1000
    const crash = async () => {
      const [message] = await outbox.take({ kinds: ['test'], now: time.now, claimMs: 1000, limit: 1 })
      time.now += claimOver
      return message?.strikes
    }
    for (let n = 1; n <= 4; n++) expect(await crash()).toBe(n)
    await dying.run(time.now, held)
    expect(tries).toBe(1)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0, dead: 1 })
  })

  it('F-161 tries for days what others delay, and no longer', async () => {
    await add()
    const { handle, seen } = answering({ status: 'later', reason: '451' })
    await runFor(handle, 71)
    expect(seen.length).toBeGreaterThan(50)
    expect(await outbox.waiting()).toMatchObject({ waiting: 1, dead: 0 })
    await runFor(handle, 3)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0, dead: 1 })
  })

  it('does not hold it against a message that a store is away', async () => {
    await add()
    await runFor(() => Promise.reject(new StoreAway('redis')), 10)
    expect(await outbox.waiting()).toMatchObject({ waiting: 1, dead: 0 })
  })

  it('F-161 after an unclear end tries once more, and no third time', async () => {
    await add()
    const { handle, seen } = answering({ status: 'unclear', reason: 'cut after DATA' })
    await runFor(handle, 10)
    expect(seen).toHaveLength(2)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0, dead: 1 })
  })

  it('sets aside at once what is refused, and forgets what nobody waits for', async () => {
    await add()
    await add()
    const { handle, seen } = answering(
      { status: 'refused', reason: '550' },
      { status: 'dropped', reason: 'gone' },
    )
    await runFor(handle, 10)
    expect(seen).toHaveLength(2)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0, dead: 1 })
  })

  it('drops what has expired with a line, also where nobody delivers its kind', async () => {
    await add({ kind: 'other', expiresAt: time.now + HOUR })
    await add({ kind: 'other' })
    const { handle, seen } = answering()
    await runFor(handle, 0.5)
    expect(await outbox.waiting()).toMatchObject({ waiting: 2 })
    await runFor(handle, 2)
    expect(await outbox.waiting()).toMatchObject({ waiting: 1 })
    expect(logged).toEqual([{ level: 'warn', msg: 'a message that had expired was dropped' }])
    expect(seen).toEqual([])
  })

  it('F-150 a leader that was frozen delivers nothing and undoes nothing that its follower did', async () => {
    await add()
    const thawed = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const frozen = deliveryTo(async (_message, stillHeld) => {
      begun.resolve()
      await thawed.promise
      await stillHeld()
      throw new Error('never reached')
    })
    let lost = false
    const lease = {
      stillHeld: async () => {
        if (lost) throw new LeaseLost()
      },
    }
    const run = frozen.run(time.now, lease)
    await begun.promise
    lost = true
    time.now += HOUR
    const { handle, seen } = answering({ status: 'done' })
    await runFor(handle, 0.1)
    thawed.resolve()
    await expect(run).rejects.toThrow(LeaseLost)
    expect(seen).toHaveLength(1)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0, dead: 0 })
  })

  it('F-162 one that takes long holds up no other, nor what becomes due meanwhile', async () => {
    const hang = Promise.withResolvers<Outcome>()
    await add({ payload: { slow: true } })
    const seen: unknown[] = []
    const run = deliveryTo(async ({ payload }) => {
      seen.push(payload)
      return JSON.stringify(payload).includes('slow') ? hang.promise : { status: 'done' }
    }).run(time.now, held)
    await vi.waitUntil(() => seen.length === 1, { timeout: 5000 })
    for (let n = 0; n < 12; n++) await add({ payload: { n } })
    await vi.waitUntil(() => seen.length === 13, { timeout: 5000 })
    expect((await outbox.waiting()).waiting).toBeLessThanOrEqual(2)
    hang.resolve({ status: 'done' })
    expect(await run).toBe(13)
    expect(await outbox.waiting()).toMatchObject({ waiting: 0 })
  })

  it('is swept: of what was delivered after a day, of what was set aside after a month', async () => {
    await add({ once: 'x' })
    await add()
    const { handle } = answering({ status: 'done' }, { status: 'refused', reason: '550' })
    await runFor(handle, 0.1)
    const { run } = createOutboxSweep({ outbox })
    expect(await run(time.now, held)).toBe(0)
    expect(await run(time.now + 25 * HOUR, held)).toBe(1)
    expect(await run(time.now + 31 * 24 * HOUR, held)).toBe(1)
  })
})
