/**
 * The rule of rotation through real stores, against the table of docs/tokens.md, said again as simply as it can be: with
 * all that ever happened to a family at hand. Time passes by making what was noted older; Redis goes back in time by
 * being given an older record, and a run that is not its own.
 */
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grant, StateStore } from '../../adapters/contract.ts'
import { createPostgresState } from '../../adapters/postgres.ts'
import { keysUnder } from '../../adapters/redis/keys.ts'
import { openRedisState } from '../../adapters/redis.ts'
import { createFamily, newEvent, newFamily, rotationOf } from '../../adapters/spec/fixtures.ts'
import { formatUses, parseUses } from '../../adapters/stored-grant.ts'
import { isAnswered, judge, moveFor } from '../../src/provider/rotation.ts'
import { freshDatabase, freshRedis } from '../support/databases.ts'
import { editGrant } from '../support/grant-lines.ts'
import { connected } from './connected.ts'

const SECOND = 1000
/** As `docs/tokens.md` has it: of what was caught up. */
const AT_LEAST = 10 * SECOND

/** Everything that the store was told, less what it was made to forget. */
interface Told {
  current: number
  /** First uses: how long ago, and whether they were learned of late. */
  uses: Map<number, { age: number; caughtUp: boolean }>
  mayHaveForgotten: boolean
}

interface Family {
  key: string
  told: Told
  saved: (Saved & { told: Told; passedSince: number }) | undefined
  /** The highest number that somebody was ever given. */
  given: number
  ended: boolean
}

interface Saved {
  record: Buffer
  life: number
}

interface World {
  stores: readonly [StateStore, StateStore]
  /** Makes all that is noted of a family so much older. */
  age(key: string, ms: number): Promise<void>
  /** Undefined for a store that forgets nothing. */
  memory?: { save(key: string): Promise<Saved>; lose(key: string, saved: Saved): Promise<void> }
}

interface Rules {
  window: number
  bound: boolean
}

/** The table, row by row. */
function expected({ told, ended }: Family, number: number, { window, bound }: Rules): string {
  if (ended) return 'gone'
  const { current, uses } = told
  if (number > current) return told.mayHaveForgotten ? 'behind' : 'ahead'
  if (number === current) return 'rotate'
  if (number === current - 1 && bound) return 'repeat'
  const { age, caughtUp } = uses.get(number) ?? { age: Number.POSITIVE_INFINITY, caughtUp: false }
  if (number === current - 1 && age < window) return 'repeat'
  return age < (caughtUp ? Math.max(window, AT_LEAST) : window) ? 'late' : 'reuse'
}

function tell(family: Family, number: number, verdict: string): void {
  const { told } = family
  if (verdict === 'rotate') told.uses.set(number, { age: 0, caughtUp: false })
  if (verdict === 'behind') {
    for (let forgotten = told.current; forgotten <= number; forgotten++)
      told.uses.set(forgotten, { age: 0, caughtUp: true })
  }
  if (verdict === 'rotate' || verdict === 'behind') {
    told.current = number + 1
    family.given = Math.max(family.given, number + 1)
  }
}

const verdictOn = (grant: Grant | undefined, number: number, window: number): string =>
  grant?.family === undefined
    ? 'gone'
    : judge({ ...grant, family: grant.family, number, now: grant.readAt, window })

/** As the house does it: look, judge, change if nothing was changed meanwhile, or judge again. */
async function present(store: StateStore, key: string, number: number, window: number): Promise<string> {
  let grant = await store.grants.read(key)
  for (;;) {
    const verdict = verdictOn(grant, number, window) as ReturnType<typeof judge> | 'gone'
    if (verdict === 'gone' || grant === undefined || !isAnswered(verdict)) {
      if (verdict === 'reuse') await store.grants.revokeUntil(key, newEvent(), Number.MAX_SAFE_INTEGER)
      return verdict
    }
    const move = moveFor({ verdict, grant, number, who: 'aaaabbbbcccc', window })
    const outcome = await store.grants.rotate(key, rotationOf(move.expected, move))
    if (outcome.status === 'rotated') return verdict
    grant = outcome.status === 'changed' ? outcome.grant : undefined
  }
}

const STEP = fc.record({
  kind: fc.constantFrom('use', 'use', 'use', 'use', 'race', 'pass', 'pass', 'save', 'lose', 'lose', 'revoke'),
  node: fc.constantFrom<0 | 1>(0, 1),
  /** Of the current number: 0; the ones before and after it. */
  offset: fc.constantFrom(0, 0, 0, 0, -1, -1, -2, -3, 1, 2),
  ms: fc.constantFrom(SECOND, 4 * SECOND, 9 * SECOND, 11 * SECOND, 60 * SECOND),
})
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never

async function take({ stores, age, memory }: World, family: Family, rules: Rules, step: Step): Promise<void> {
  const { key, told } = family
  const store = stores[step.node]
  const number = Math.min(Math.max(0, told.current + step.offset), family.given)
  if (step.kind === 'use' || step.kind === 'race') {
    const wanted = expected(family, number, rules)
    const nodes = step.kind === 'race' ? stores : [store]
    const verdicts = await Promise.all(nodes.map((one) => present(one, key, number, rules.window)))
    tell(family, number, wanted)
    if (wanted === 'reuse') family.ended = true
    // Of two at once one comes second: by then the first has been told.
    const second = expected(family, number, rules)
    const all = step.kind === 'race' ? [wanted, second] : [wanted]
    if (wanted !== 'reuse') expect(verdicts.toSorted()).toEqual(all.toSorted())
    else expect(['reuse', 'gone']).toEqual(expect.arrayContaining(verdicts))
    if (second === 'reuse' && step.kind === 'race') family.ended = true
  }
  if (step.kind === 'pass') {
    if (!family.ended) await age(key, step.ms)
    for (const use of told.uses.values()) use.age += step.ms
    if (family.saved) family.saved.passedSince += step.ms
  }
  if (step.kind === 'save' && memory && !family.ended)
    family.saved = { told: structuredClone(told), passedSince: 0, ...(await memory.save(key)) }
  if (step.kind === 'lose' && memory && family.saved) {
    const { passedSince } = family.saved
    await memory.lose(key, family.saved)
    await age(key, passedSince)
    family.told = { ...structuredClone(family.saved.told), mayHaveForgotten: true }
    for (const use of family.told.uses.values()) use.age += passedSince
    family.ended = false
  }
  if (step.kind === 'revoke' && step.offset === 2)
    family.ended = (await store.grants.revoke(key, newEvent())) || family.ended
}

async function agrees(world: World, runs: number): Promise<void> {
  const rules = fc.record({
    window: fc.constantFrom(0, 5 * SECOND, 10 * SECOND, 30 * SECOND),
    bound: fc.boolean(),
  })
  const steps = fc.array(STEP, { minLength: 8, maxLength: 15 })
  const property = fc.asyncProperty(rules, steps, async (rule, sequence) => {
    const payload = rule.bound ? { jkt: 'thumbprint' } : {}
    const { key } = await createFamily(world.stores[0], {}, { family: newFamily({ payload }) })
    const told = { current: 0, uses: new Map(), mayHaveForgotten: false }
    const family: Family = { key, told, saved: undefined, given: 0, ended: false }
    for (const step of sequence) await take(world, family, rule, step)
  })
  await fc.assert(property, { numRuns: runs })
}

const aged = (uses: string, ms: number): string =>
  formatUses(parseUses(uses).map((use) => ({ ...use, at: use.at - ms })))

describe('the rule through the stores', () => {
  const url = freshRedis()
  const keys = keysUnder('rule:')
  let redis: Redis
  let pool: Pool
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let inRedis: readonly [StateStore, StateStore]
  beforeAll(async () => {
    redis = new Redis(url)
    database = await freshDatabase()
    pool = new Pool({ connectionString: database.url, max: 2 })
    const open = () => connected(openRedisState({ url, prefix: 'rule:' }))
    inRedis = [await open(), await open()]
  })
  afterAll(async () => {
    redis.disconnect()
    await Promise.all([...inRedis.map((store) => store.close()), pool.end()])
    await database.drop()
  })

  const ageInRedis = async (key: string, ms: number): Promise<void> => {
    const [history, began] = String(await redis.get(keys.run)).split(' ')
    await redis.set(keys.run, `${history} ${Number(began) - ms}`)
    await editGrant(redis, keys.grant(key), ({ state, code }) => {
      const [number, currentExpiresAt, endsLaterBy, run, uses = ''] = state.split(' ')
      const written = Number(run === '=' ? code.split(' ')[2] : run)
      return { state: [number, currentExpiresAt, endsLaterBy, written - ms, aged(uses, ms)].join(' ') }
    })
  }
  const ageInPostgres = async (key: string, ms: number): Promise<void> => {
    const { rows } = await pool.query<{ uses: string }>('select uses from state_grants where key = $1', [key])
    const uses = aged(rows[0]?.uses ?? '', ms)
    await pool.query('update state_grants set uses = $2 where key = $1', [key, uses])
  }

  it('L-2 L-3 L-4 F-102 is the table, in a Redis that goes back in time', () =>
    agrees(
      {
        stores: inRedis,
        age: ageInRedis,
        memory: {
          save: async (key) => ({
            record: await redis.dumpBuffer(keys.grant(key)).then((record) => record ?? Buffer.alloc(0)),
            life: await redis.pttl(keys.grant(key)),
          }),
          lose: async (key, { record, life }) => {
            await redis.restore(keys.grant(key), life, record, 'REPLACE')
            // Another history than that of this server.
            const [, began = '0'] = String(await redis.get(keys.run)).split(' ')
            await redis.set(keys.run, `0 ${began}`)
          },
        },
      },
      200,
    ))

  it('L-2 L-3 L-4 is the table, in PostgreSQL', () =>
    agrees({ stores: [createPostgresState(pool), createPostgresState(pool)], age: ageInPostgres }, 120))
})
