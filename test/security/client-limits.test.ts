import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../support/agent.ts'
import { codeOf } from '../support/first-party.ts'
import { APP, basic, PORTAL, refresh, signIn } from '../support/flows.ts'
import { onEveryStorage, withHouse } from '../support/on-every-storage.ts'
import { setPasswordLink } from '../support/within.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { assertionBy, presenting } from './assertions.ts'
import { BEHIND_PROXY, browserAt, limiterOf, retryAfter, times } from './guessing.ts'
import { call, eventsOf, faceOf, knock, metric, ORDERS_API, SIGNER, WITH_SIGNER } from './probes.ts'

const ENDPOINTS = ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', '/oauth2/par'] as const
const WRONG = { ...PORTAL, secret: 'portal-secret-0123456788' }

const expectTooMany = (answer: Answer): void => {
  expect(answer.status).toBe(429)
  expect(retryAfter(answer)).toBeGreaterThan(800)
  expect(retryAfter(answer)).toBeLessThanOrEqual(900)
  expect(limiterOf(answer)).toBe('client')
  expect(answer.headers.get('ratelimit-policy')).toBe('"client";q=20;w=900')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('www-authenticate')).toBeNull()
  expect(answer.json()).toMatchObject({ error: 'rate_limited' })
}

onEveryStorage(
  (house, storage) => {
    withoutFaults(house)
    // What comes after the limit is refused by the node's own memory: a thousand on one storage tell as much as on three.
    const tries = storage === 'redis' ? 1000 : 100

    it(`A-205 ${tries} wrong secrets for a client from one address are refused; it goes on elsewhere`, async () => {
      const nodes = house().nodes.length
      const elsewhere = browserAt(house(), '192.0.2.1')
      const { tokens } = await signIn(house(), elsewhere, PORTAL)
      const guessers = await times(10, async (n) => browserAt(house(), '192.0.2.66', n % nodes))
      const answers: Answer[] = []
      for (let round = 0; round < tries / 10; round++) {
        answers.push(...(await times(10, (n) => knock(guessers[n] ?? elsewhere, basic(WRONG)))))
      }
      const looked = answers.filter(({ status }) => status === 401).length
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]))
      expect(looked).toBe(20)
      for (const answer of answers.filter(({ status }) => status === 429)) expectTooMany(answer)
      // From there the right one is refused too, at every endpoint: else it would be found.
      const guesser = browserAt(house(), '192.0.2.66')
      for (const path of ENDPOINTS) expectTooMany(await call(guesser, path, { token: 'x' }, PORTAL))
      expectTooMany(await refresh(guesser, PORTAL, tokens.refresh_token))

      expect((await refresh(elsewhere, PORTAL, tokens.refresh_token)).status).toBe(200)
      expect((await call(guesser, '/oauth2/introspect', { token: 'x' }, ORDERS_API)).status).toBe(200)
      expect(await metric(house(), 'auth_rate_limited_total{limiter="client"}')).toBeGreaterThan(tries - 20)
      expect(eventsOf(house(), 'request.refused').at(-1)).toMatchObject({ reason: 'rate_limited' })
    })

    it('A-205 nobody stops a public client by guessing secrets in its name', async () => {
      const browser = browserAt(house(), '192.0.2.2')
      const { tokens } = await signIn(house(), browser, APP)
      for (let n = 0; n < 25; n++) await knock(browser, basic({ clientId: APP.clientId, secret: `${n}` }))
      expectTooMany(await knock(browser, basic({ clientId: APP.clientId, secret: 'x' })))
      expect((await refresh(browser, APP, tokens.refresh_token)).status).toBe(200)
    })
  },
  { env: BEHIND_PROXY, setUp: WITH_SIGNER },
)

withHouse({ storage: 'redis', nodes: 2, env: BEHIND_PROXY, setUp: WITH_SIGNER }, (house) => {
  withoutFaults(house)

  it.each([
    [
      'in the form',
      { client_id: 'poster', client_secret: 'no' },
      { client_id: 'nobody', client_secret: 'no' },
    ],
    [
      'signed with',
      presenting(assertionBy({ ...SIGNER, secret: 'guessed' }, 'http://localhost:3000')),
      presenting(assertionBy({ clientId: 'none', secret: 'guessed' }, 'http://localhost:3000')),
    ],
  ])('A-205 A-203 wrong secrets %s count, for unknown clients the same', async (_, known, unknown) => {
    const browser = browserAt(house(), '192.0.2.3')
    for (let n = 0; n < 20; n++) {
      for (const form of [known, unknown]) expect((await knock(browser, {}, form)).status).toBe(401)
    }
    const [one, other] = [await knock(browser, {}, known), await knock(browser, {}, unknown)]
    for (const answer of [one, other]) expectTooMany(answer)
    const plain = (answer: Answer) => ({ ...faceOf(answer), headers: [...answer.headers.keys()] })
    const withoutId = (text: string) => text.replace(/"request_id":"[^"]*"/, '')
    expect(withoutId(plain(one).text)).toBe(withoutId(plain(other).text))
    expect(plain(one).headers).toEqual(plain(other).headers)
  })

  it('A-205 what is wrong otherwise is no guess', async () => {
    const browser = browserAt(house(), '192.0.2.4')
    for (let n = 0; n < 25; n++) {
      expect((await knock(browser, basic(PORTAL))).status).toBe(400)
      expect((await knock(browser, {}, { client_id: 'portal' })).status).toBe(401)
      expect((await refresh(browser, PORTAL, `ghr_forged${n}`)).status).toBe(400)
    }
    expect((await call(browser, '/oauth2/introspect', { token: 'x' }, PORTAL)).status).toBe(200)
  })

  it('a successful refresh asks Redis twice, and no counter', async () => {
    const browser = browserAt(house(), '192.0.2.5')
    const { tokens } = await signIn(house(), browser, PORTAL)
    await knock(browser, basic(WRONG))
    const client = new Redis(house().redisUrl ?? '')
    const monitor = await client.monitor()
    const seen: string[][] = []
    // It tells of every database, and the node looks after its events each second.
    monitor.on('monitor', (_time: string, command: string[], source: string, database: string) => {
      const isOurs = source !== 'lua' && database === new URL(house().redisUrl ?? '').pathname.slice(1)
      const keys = command.filter((argument) => argument.startsWith('gh:'))
      if (isOurs && keys.some((key) => !/^gh:(?:events|endings)/.test(key))) seen.push(command)
    })
    const { status } = await refresh(browser, PORTAL, tokens.refresh_token)
    await client.ping()
    await expect.poll(() => seen.length).toBeGreaterThanOrEqual(2)
    monitor.disconnect()
    client.disconnect()
    expect(status).toBe(200)
    expect(seen.length).toBe(2)
    expect(seen.flat().filter((argument) => argument.startsWith('gh:r:'))).toEqual([])
  })

  it('links that lead nowhere are refused after so many, and a good one elsewhere goes on', async () => {
    const browser = browserAt(house(), '192.0.2.6')
    const miss = (n: number) => browser.request(`/set-password?token=${String(n).padStart(43, 'A')}`)
    for (let n = 0; n < 20; n++) expectPage(await miss(n), 400, 'link_expired')
    const refused = await miss(20)
    expectPage(refused, 429, 'rate_limited')
    expect(limiterOf(refused)).toBe('link')
    expect(refused.text).toContain('Try again in 15 minutes.')
    const link = await setPasswordLink(house(), 'grace@example.com')
    for (let n = 0; n < 30; n++) {
      expect((await browserAt(house(), '192.0.2.7').request(link)).status).toBe(200)
    }
  })
})

describe('RATE_LIMIT_GLOBAL', () => {
  const env = { ...BEHIND_PROXY, RATE_LIMIT_GLOBAL: '20/15m' }
  withHouse({ storage: 'redis', nodes: 2, env }, (house) => {
    withoutFaults(house)

    it('limits the requests of an address over everything, on all nodes together', async () => {
      const at = (n: number) => browserAt(house(), '192.0.2.1', n % 2)
      for (let n = 0; n < 20; n++) {
        expect((await at(n).request('/.well-known/openid-configuration')).status).toBe(200)
      }
      const refused = await at(0).request('/nothing/at/all')
      expectPage(refused, 429, 'rate_limited')
      expect(limiterOf(refused)).toBe('global')
      expect((await at(1).request('/OAUTH2/TOKEN')).status).toBe(429)
      const called = await at(1).request('/auth/refresh', { method: 'POST' })
      expect(codeOf(called)).toEqual([429, 'rate_limited'])
      expect((await at(0).request('/healthz')).status).toBe(200)
      expect(
        (await browserAt(house(), '192.0.2.2').request('/.well-known/openid-configuration')).status,
      ).toBe(200)
    })

    it('lets what refreshes from a busy address pass', async () => {
      const { tokens } = await signIn(house(), browserAt(house(), '192.0.2.3'), PORTAL)
      const busy = browserAt(house(), '192.0.2.1')
      expect((await busy.request('/.well-known/openid-configuration')).status).toBe(429)
      expect((await refresh(busy, PORTAL, tokens.refresh_token)).status).toBe(200)
    })
  })
})
