/**
 * Whether a refresh takes as long among a million families as among a thousand, and what a family costs Redis: when it is
 * new, and after a month of a rotation every quarter of an hour.
 */
import { Redis } from 'ioredis'
import { formatUses, parseUses } from '../adapters/stored-grant.ts'
import { createHandles } from '../src/provider/handles.ts'
import { createRefreshTokenFormat } from '../src/provider/refresh-token.ts'
import { agentOf, basic, signIn } from '../test/support/flows.ts'
import { editGrant } from '../test/support/grant-lines.ts'
import { type House, openHouseOn } from '../test/support/house.ts'
import { familiesLike } from '../test/support/many-families.ts'
import { withinState } from '../test/support/within.ts'
import { loop, post } from './load.ts'
import { FOR_API, print, quantile, REQUESTS, SET_UP, WEB } from './set-up.ts'

const FEW = 1_000
const MANY = Number(process.env['BENCH_FAMILIES'] ?? 1_000_000)
const PORTION = 50_000
const AT_ONCE = 4
const MONTH_OF_ROTATIONS = 2_880
const QUARTER_OF_AN_HOUR = 900_000

export async function manyFamilies(databaseUrl: string, redisUrl: string): Promise<void> {
  const house = await openHouseOn({ databaseUrl, redisUrl }, { setUp: SET_UP, nodes: 0 })
  const redis = new Redis(redisUrl)
  try {
    // Nobody takes the events to PostgreSQL meanwhile.
    await house.start(0, {}, ['--role', 'web'])
    const { refresh_token: model } = (await signIn(house, agentOf(house), WEB, FOR_API)).tokens
    const tokens = await familiesLike(house, model, FEW)
    await latencies(house, tokens)
    print(`refresh among ${FEW} families: ${await latencies(house, tokens)}`)
    print(`a family and its indexes in Redis: ${await addOthers(house, redis, model)} bytes, among ${MANY}`)
    print(`refresh among ${MANY + FEW} families: ${await latencies(house, tokens)}`)
    await aMonth(house, redis, model)
  } finally {
    redis.disconnect()
    await house.stop()
  }
}

async function latencies(house: House, tokens: string[]): Promise<string> {
  const took: number[] = []
  const url = `${house.nodes[0]?.url}/oauth2/token`
  let next = 0
  await loop(REQUESTS, AT_ONCE, async () => {
    const at = next++ % tokens.length
    const form = { grant_type: 'refresh_token', refresh_token: tokens[at] ?? '' }
    const began = performance.now()
    const { status, body } = await post(url, form, basic(WEB))
    took.push(performance.now() - began)
    if (status !== 200) throw new Error(`a refresh was answered ${status}: ${body}`)
    tokens[at] = (JSON.parse(body) as { refresh_token: string }).refresh_token
  })
  return `p50 ${quantile(took, 0.5).toFixed(2)} ms, p99 ${quantile(took, 0.99).toFixed(2)} ms`
}

/** Bytes for each, as Redis counts all that it uses. */
async function addOthers(house: House, redis: Redis, model: string): Promise<number> {
  const before = await usedMemory(redis)
  for (let made = 0; made < MANY; made += PORTION) {
    await familiesLike(house, model, Math.min(PORTION, MANY - made), { ofOthers: true })
    // They are not what is weighed.
    await redis.del('gh:events')
  }
  return Math.round(((await usedMemory(redis)) - before) / MANY)
}

const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])

/** Time is not waited for: before each rotation the uses that are kept are put a quarter of an hour back. */
async function aMonth(house: House, redis: Redis, model: string): Promise<void> {
  const [token = ''] = await familiesLike(house, model, 1)
  const key = await withinState(house, async ({ keys }) => {
    const { family = '' } = createRefreshTokenFormat(keys).decode(token) ?? {}
    return `gh:{${createHandles(keys).inUse().grantKey(family)}}`
  })
  const tokens = [token]
  const rotate = async (): Promise<void> => {
    const form = { grant_type: 'refresh_token', refresh_token: tokens[0] ?? '' }
    const { body } = await post(`${house.nodes[0]?.url}/oauth2/token`, form, basic(WEB))
    tokens[0] = (JSON.parse(body) as { refresh_token: string }).refresh_token
  }
  await rotate()
  const after = [await redis.memory('USAGE', key)]
  for (let n = 1; n < MONTH_OF_ROTATIONS; n++) {
    await editGrant(redis, key, ({ state }) => {
      const [number, current, ends, run, uses = ''] = state.split(' ')
      const aged = parseUses(uses).map((use) => ({ ...use, at: use.at - QUARTER_OF_AN_HOUR }))
      return { state: [number, current, ends, run, formatUses(aged)].join(' ') }
    })
    await rotate()
  }
  after.push(await redis.memory('USAGE', key))
  print(
    `the record of a family after one rotation: ${after[0]} bytes, after ${MONTH_OF_ROTATIONS}: ${after[1]}`,
  )
}
