/** What is told of a session's end arrives, whatever its receiver does and whoever is killed in between. */
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { metric, onDatabase } from '../security/probes.ts'
import { type Agent, createAgent } from '../support/agent.ts'
import { agentOf, OWN, PORTAL, type RelyingParty, SET_UP, signIn } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { startReceiver } from '../support/receiver.ts'
import { commandWithin } from '../support/within.ts'

const receiver = await startReceiver()
afterAll(() => receiver.close())

const PLACES = { portal: '/portal', own: '/own', app: '/app' } as const
const setUp = {
  ...SET_UP,
  clients: SET_UP.clients.map((client) => {
    const place = PLACES[client.client_id as keyof typeof PLACES]
    return place === undefined ? client : { ...client, backchannel_logout_uri: receiver.url(place) }
  }),
}
const env = { OUTBOUND_ALLOW_PRIVATE: 'true' }
const APP: RelyingParty = { clientId: 'app', redirectUri: 'https://app.example/cb' }
const LATER = { timeout: 30_000, interval: 100 }

const tokensTo = (path: string): JWTPayload[] =>
  receiver.calls(path).map(({ body }) => decodeJwt(new URLSearchParams(body).get('logout_token') ?? ''))
const attemptsAt = ({ sid }: JWTPayload, path: string): JWTPayload[] =>
  tokensTo(path).filter((token) => token['sid'] === sid)

async function signOut(agent: Agent): Promise<void> {
  const page = await agent.request('/oauth2/logout')
  expect((await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })).status).toBe(303)
}

const idTokenOf = async (house: House, agent: Agent, rp: RelyingParty): Promise<JWTPayload> =>
  decodeJwt((await signIn(house, agent, rp, {})).tokens.id_token)

interface Row {
  payload: Record<string, string>
  reason: string | null
  attempts: number
  dead_at: Date | null
  done_at: Date | null
}

const rowOf = async (house: House, { sid }: JWTPayload): Promise<Row | undefined> => {
  const rows = await onDatabase<Row & { once: string }>(
    house,
    `select * from outbox where once like 'logout %'`,
  )
  return rows.find(({ once }) => once.endsWith(String(sid)))
}

withHouse({ storage: 'redis', setUp, env }, (house) => {
  it('A-322 F-162 each receiver has its own troubles, and nobody who signs out waits for them', async () => {
    receiver.behave('/portal', 'hang')
    receiver.behave('/own', 400)
    receiver.behave('/app', { location: receiver.url('/trap') })
    const agent = agentOf(house())
    const portal = await idTokenOf(house(), agent, PORTAL)
    const own = await idTokenOf(house(), agent, OWN)
    const app = await idTokenOf(house(), agent, APP)
    const began = performance.now()
    await signOut(agent)
    expect(performance.now() - began).toBeLessThan(2500)

    await expect.poll(() => attemptsAt(portal, '/portal').length, LATER).toBe(1)
    const waiting = await rowOf(house(), portal)
    expect(waiting?.payload).toEqual({ clientId: 'portal', sub: portal.sub, sid: portal['sid'] })
    // Who is well meanwhile is told at once.
    const another = agentOf(house())
    const later = await idTokenOf(house(), another, OWN)
    await signOut(another)
    await expect.poll(() => attemptsAt(later, '/own').length, LATER).toBe(1)

    await expect.poll(() => attemptsAt(portal, '/portal').length, LATER).toBe(2)
    await expect.poll(() => attemptsAt(app, '/app').length, LATER).toBe(2)
    for (const [first, second] of [attemptsAt(portal, '/portal'), attemptsAt(app, '/app')]) {
      expect(first?.jti).not.toBe(second?.jti)
      expect((second?.exp ?? 0) - (second?.iat ?? 0)).toBe(120)
    }
    await expect.poll(async () => (await rowOf(house(), portal))?.done_at, LATER).toBeInstanceOf(Date)
    const told = await rowOf(house(), portal)
    expect(told).toMatchObject({ payload: {}, attempts: expect.any(Number) })
    // One that never came to the receiver counts too.
    expect(told?.attempts).toBeGreaterThanOrEqual(2)
    expect(await rowOf(house(), own)).toMatchObject({ attempts: 1, reason: 'answered 400' })
    expect((await rowOf(house(), own))?.dead_at).toBeInstanceOf(Date)
    expect(receiver.calls('/trap')).toEqual([])

    const results = ['done', 'later', 'refused'].map((result) =>
      metric(house(), `auth_outbox_deliveries_total{kind="back-channel-logout",result="${result}"}`),
    )
    const [done = 0, late = 0, refused] = await Promise.all(results)
    expect([done, refused]).toEqual([3, 1])
    expect(late).toBeGreaterThanOrEqual(2)
  }, 60_000)
})

it.each(['postgresql', 'redis'] as const)(
  'F-151 on %s, who signed out at a node that was killed is told of by the next',
  async (storage) => {
    const house = await openHouse({ storage, nodes: 0, setUp, env })
    try {
      const web = await house.start(0, {}, ['--role=web'])
      const agent = createAgent({ issuer: house.issuer, node: web.url })
      const own = await idTokenOf(house, agent, OWN)
      await signOut(agent)
      await web.stop('SIGKILL')
      expect([attemptsAt(own, '/own'), await rowOf(house, own)]).toEqual([[], undefined])
      await house.start()
      await expect.poll(() => attemptsAt(own, '/own').length, LATER).toBe(1)
    } finally {
      await house.stop()
    }
  },
  60_000,
)

describe('where private addresses are not allowed', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ storage: 'postgresql', nodes: 0, setUp, env })
    await house.start(0, { OUTBOUND_ALLOW_PRIVATE: 'false' })
  })
  afterAll(() => house.stop())

  it('A-311 a client that was set up otherwise is sent nothing', async () => {
    const before = receiver.connections()
    const agent = agentOf(house)
    const own = await idTokenOf(house, agent, OWN)
    await signOut(agent)
    await expect
      .poll(() => rowOf(house, own), LATER)
      .toMatchObject({ reason: 'refused_address', attempts: 1, dead_at: expect.any(Date) })
    expect(receiver.connections()).toBe(before)
  })

  it.each([
    [
      'which lead to private addresses',
      [
        { backchannel_logout_uri: receiver.url('/portal') },
        { backchannel_logout_uri: 'https://[::ffff:7f00:1]/out' },
        { backchannel_logout_uri: 'https://2130706433/out' },
      ],
    ],
    [
      'for which it has no use',
      [
        { jwks_uri: receiver.url('/jwks') },
        { sector_identifier_uri: receiver.url('/sector') },
        { backchannel_client_notification_endpoint: receiver.url('/ping') },
        { logo_uri: receiver.url('/logo.png') },
      ],
    ],
  ])('A-123 A-213 A-308 A-311 apply refuses addresses %s, and calls none', async (_, metadata) => {
    const file = join(tmpdir(), `gatehouse-private-${crypto.randomUUID()}.yaml`)
    const before = receiver.connections()
    try {
      const clients = metadata.map((more, n) => ({ ...SET_UP.clients[0], ...more, client_id: `client-${n}` }))
      await writeFile(file, stringify({ version: 1, clients }))
      const { code, stderr } = await commandWithin(house, ['apply', file], {
        env: { OUTBOUND_ALLOW_PRIVATE: 'false' },
      })
      expect([code, stderr]).toEqual([1, expect.stringContaining('Nothing was changed.')])
      for (const [n, more] of metadata.entries())
        expect(stderr).toContain(`: clients[${n}].${Object.keys(more)[0]}: `)
      expect(receiver.connections()).toBe(before)
    } finally {
      await rm(file, { force: true })
    }
  })
})
