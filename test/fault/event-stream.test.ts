/** The stream in Redis holds every event in order, whoever is killed and whatever Redis forgets. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isEventType } from '../../src/audit/catalogue.ts'
import { payloadSchema } from '../../src/events/payload.ts'
import { onDatabase } from '../security/probes.ts'
import { agentOf, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { forgetLease, happen, type Payload, timesOf } from '../support/webhooks.ts'

const STREAM = 'told:others'
const LATER = { timeout: 30_000, interval: 100 }
const upTo = (times: number): string[] => Array.from({ length: times }, (_, n) => String(n))

describe('with EVENT_STREAM', () => {
  let house: House
  let redis: Redis
  beforeAll(async () => {
    house = await openHouse({ storage: 'redis', nodes: 0, setUp: SET_UP })
    await start()
    redis = new Redis(house.redisUrl ?? '')
  })
  const start = () => house.start(0, { EVENT_STREAM: STREAM })
  afterAll(async () => {
    redis.disconnect()
    await house.stop()
  })

  const entries = async () =>
    (await redis.xrange(STREAM, '-', '+')).map(([, [a, id, b, type, c, payload = '']]) => {
      expect([a, b, c]).toEqual(['id', 'type', 'payload'])
      return { id, type, payload: JSON.parse(payload) as Payload }
    })
  const payloads = async () => (await entries()).map(({ payload }) => payload)
  const of = async (client: string) => timesOf(await payloads(), client)

  it('every event but refreshes is appended, as webhooks are told it', async () => {
    // It begins with what happens from then on.
    await expect.poll(() => onDatabase(house, 'select stream from event_streams'), LATER).toHaveLength(1)
    const agent = agentOf(house)
    const { tokens } = await signIn(house, agent, PORTAL)
    await refresh(agent, PORTAL, tokens.refresh_token)
    await happen(house, ['last'])
    await expect.poll(() => of('last'), LATER).toEqual(['0'])
    const all = await entries()
    expect(all.map(({ type }) => type)).toEqual(expect.arrayContaining(['login.succeeded', 'token.issued']))
    expect(all.map(({ type }) => type)).not.toContain('token.refreshed')
    for (const { id, type = '', payload } of all) {
      expect([payload.type, payload.data.id]).toEqual([type, id])
      expect(isEventType(type) && payloadSchema(type).safeParse(payload).success).toBe(true)
    }
    const everything = JSON.stringify(all)
    for (const token of [tokens.access_token, tokens.refresh_token]) expect(everything).not.toContain(token)
  })

  it('F-149 a worker that is killed in the middle goes on where it stopped, in order', async () => {
    const [node] = house.nodes
    await happen(house, Array(2000).fill('many'))
    await expect
      .poll(async () => (await of('many')).length, { timeout: 30_000, interval: 1 })
      .toBeGreaterThan(0)
    await node?.stop('SIGKILL')
    await forgetLease(house)
    await start()
    await expect.poll(async () => [...new Set(await of('many'))], LATER).toEqual(upTo(2000))
  }, 60_000)

  it('what Redis has lost is appended again, and what it has forgotten is not begun anew', async () => {
    const before = `{${STREAM}}:position`
    const old = (await redis.get(before)) ?? ''
    await happen(house, ['lost', 'lost'])
    await expect.poll(() => of('lost'), LATER).toEqual(['0', '1'])
    await redis.set(before, old)
    await happen(house, ['after'])
    await expect.poll(() => of('after'), LATER).toEqual(['0'])
    expect(await of('lost')).toEqual(['0', '1', '0', '1'])

    await redis.del(STREAM, before)
    await happen(house, ['anew'])
    await expect.poll(() => of('anew'), LATER).toEqual(['0'])
    expect(await payloads()).toHaveLength(1)
  })
})

it('without Redis there is none, and the start says so', async () => {
  const house = await openHouse({ storage: 'embedded', nodes: 0 })
  try {
    const { code, stderr } = await house.run(['serve'], { env: { EVENT_STREAM: STREAM } })
    expect([code, stderr]).toEqual([
      78,
      expect.stringContaining('EVENT_STREAM must not be set without REDIS_URL'),
    ])
  } finally {
    await house.stop()
  }
})
