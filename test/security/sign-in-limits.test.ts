import { describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, authorizationRequest, authorize, OWN, PERSON, SET_UP } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onEveryStorage, withHouse } from '../support/on-every-storage.ts'
import { withoutFaults } from './answers.ts'
import { faceOf, GRACE } from './browsers.ts'
import { dumpOf } from './dump.ts'
import { BEHIND_PROXY, browserAt, guess, guesses, limiterOf, retryAfter, times } from './guessing.ts'
import { eventsOf, metric, SOON } from './probes.ts'

const ALAN = { email: 'alan@example.com', password: 'imitation game 1950' }
const EDITH = { email: 'edith@example.com', password: 'compiler group 1968' }
const KATE = { email: 'kate@example.com', password: 'trajectory 1962 hidden' }
const JEAN = { email: 'jean@example.com', password: 'eniac patch panel 46' }
const HEDY = { email: 'hedy@example.com', password: 'frequency hopping 1942' }
const JOAN = { email: 'joan@example.com', password: 'bombe room 11 1940' }
const setUp = {
  ...SET_UP,
  users: [
    ...SET_UP.users,
    ...[ALAN, EDITH, HEDY, JOAN, KATE, JEAN].map((person) => ({ ...person, email_verified: true })),
  ],
}

/** Signs in on a browser that is new to the house, which remembers it. */
async function deviceOf(house: House, address: string, person = GRACE): Promise<Agent> {
  const agent = browserAt(house, address)
  await authorize(house, agent, authorizationRequest(OWN), person)
  return agent
}

/** A new browser with the device cookie of another. */
function withDeviceCookie(house: House, address: string, value: string): Agent {
  const agent = browserAt(house, address)
  agent.cookies.push({ name: 'gh_device', value, path: '/', attributes: '' })
  return agent
}

const deviceCookie = (agent: Agent): string =>
  agent.cookies.find(({ name }) => name === 'gh_device')?.value ?? ''

const statusesOf = (answers: { status: number }[]): number[] => answers.map(({ status }) => status)

const env = { ...BEHIND_PROXY, RATE_LIMIT_LOGIN_ACCOUNT: '3/15m', RATE_LIMIT_LOGIN_ADDRESS: '1000/15m' }

onEveryStorage(
  (house, storage) => {
    withoutFaults(house)
    if (storage !== 'postgresql') countedTries(house)
    if (storage === 'redis') names(house)

    it('L-11 A-404 of fifty tries at once no more than the limit reach the verifier, over all nodes', async () => {
      const before = eventsOf(house(), 'login.failed').length
      const browsers = await times(10, async (n) => browserAt(house(), '192.0.2.9', n % house().nodes.length))
      const answers = await Promise.all(
        browsers.flatMap((browser) =>
          Array.from({ length: 5 }, () => guess(house(), browser, 'many@example.com')),
        ),
      )
      const reached = answers.filter(({ status }) => status === 400).length
      expect(new Set(statusesOf(answers))).toEqual(new Set([400, 429]))
      expect(reached).toBe(3)
      expect(eventsOf(house(), 'login.failed').length - before).toBe(reached)
    })
  },
  { env, setUp },
)

/** What counts, and what comes of it. */
function countedTries(house: () => House): void {
  it('A-404 a name that failed too often is refused until its time is over, by the right password too', async () => {
    const answers = await guesses(house(), 5, (n) => ({
      address: `198.51.100.${n}`,
      username: PERSON.email,
    }))
    expect(statusesOf(answers)).toEqual([400, 400, 400, 429, 429])
    const right = await guess(house(), browserAt(house(), '198.51.100.9'), PERSON.email, PERSON.password)
    for (const answer of [...answers.slice(3), right]) {
      expect(answer.status).toBe(429)
      expect(limiterOf(answer)).toBe('login_account')
      expect(answer.headers.get('ratelimit-policy')).toBe('"login_account";q=3;w=900')
      // whoever did that keeps nobody out for longer.
      expect(retryAfter(answer)).toBeGreaterThan(800)
      expect(retryAfter(answer)).toBeLessThanOrEqual(900)
      expect(answer.text).toMatch(/role="alert".*Too many tries\..*Try again in 15 minutes\./s)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    const refused = eventsOf(house(), 'login.limited')
    expect(refused.at(-1)).toMatchObject({ reason: 'login_account', clientId: 'own' })
    expect(await metric(house(), 'auth_rate_limited_total{limiter="login_account"}')).toBe(3)
  })

  it('A-401 A-402 known and unknown names are refused after as many tries, with the same bytes', async () => {
    const facesOf = async (username: string, address: string) => {
      const answers = await guesses(house(), 5, () => ({ address, username }))
      return answers.map((answer) => ({
        status: answer.status,
        policy: answer.headers.get('ratelimit-policy'),
        names: [...answer.headers.keys()],
        text: faceOf(answer, username),
      }))
    }
    const unknown = await facesOf('nobody@example.com', '203.0.113.1')
    expect(await facesOf(EDITH.email, '203.0.113.2')).toEqual(unknown)
    expect(await facesOf('not an address', '203.0.113.3')).toEqual(unknown)
    expect(unknown.map(({ status }) => status)).toEqual([400, 400, 400, 429, 429])
  })

  it('A-406 a guesser elsewhere does not lock out a device that was let in before', async () => {
    const device = await deviceOf(house(), '192.0.2.1')
    const answers = await guesses(house(), 4, () => ({ address: '192.0.2.66', username: GRACE.email }))
    expect(answers.at(-1)?.status).toBe(429)
    expect((await guess(house(), device, GRACE.email, GRACE.password)).status).toBe(303)
    // On another machine the same person waits.
    const elsewhere = browserAt(house(), '192.0.2.1')
    expect((await guess(house(), elsewhere, GRACE.email, GRACE.password)).status).toBe(429)
  })

  it('A-406 a device has tries of its own only where it was let in, and not without end', async () => {
    const username = 'somebody@example.com'
    const device = await deviceOf(house(), '192.0.2.2', JOAN)
    await guesses(house(), 4, () => ({ address: '192.0.2.67', username }))
    // Joan's device is nothing special to another account.
    expect(limiterOf(await guess(house(), device, username))).toBe('login_account')
    for (let n = 0; n < 3; n++) expect((await guess(house(), device, JOAN.email)).status).toBe(400)
    const refused = await guess(house(), device, JOAN.email, JOAN.password)
    expect([refused.status, limiterOf(refused)]).toEqual([429, 'login_device'])
  })

  it('A-406 a device cookie that is not of our making opens nothing', async () => {
    const cookie = deviceCookie(await deviceOf(house(), '192.0.2.3', ALAN))
    const [id = '', marks = '', proof = ''] = cookie.split('.')
    const username = ALAN.email
    await guesses(house(), 4, () => ({ address: '192.0.2.68', username }))
    const forged = [
      `${'A'.repeat(22)}.${marks}.${proof}`,
      `${id}.${marks.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}.${proof}`,
      `${id}.${marks}${marks}.${proof}`,
      `${id}.${marks}.`,
      `${id}.${marks}`,
    ]
    for (const value of forged) {
      const agent = withDeviceCookie(house(), '192.0.2.3', value)
      expect([value, limiterOf(await guess(house(), agent, username))]).toEqual([value, 'login_account'])
    }
    const own = withDeviceCookie(house(), '192.0.2.3', cookie)
    expect((await guess(house(), own, username, ALAN.password)).status).toBe(303)
  })

  it('refuses nobody for tries that are under way and right', async () => {
    const answers = await times(8, (n) =>
      guess(house(), browserAt(house(), '192.0.2.8', n % house().nodes.length), JEAN.email, JEAN.password),
    )
    expect(new Set(statusesOf(answers))).toEqual(new Set([303]))
  })

  it('counts nothing that succeeds', async () => {
    for (let n = 0; n < 5; n++) {
      const agent = browserAt(house(), '192.0.2.4', n % house().nodes.length)
      expect((await guess(house(), agent, KATE.email, KATE.password)).status).toBe(303)
    }
  })

  it('keeps no name and no address beyond IPv4 where it counts', async () => {
    await guess(house(), browserAt(house(), '2001:db8:1:2:3::4'), 'very.secret@example.com')
    const { texts } = await dumpOf(house())
    expect(texts.some((text) => text.includes('login_address:2001:db8:1:2::/64'))).toBe(true)
    // The audit trail keeps both on purpose, elsewhere and apart from its chain.
    const counted = texts.filter((text) => /\blogin_|^gh:r:/.test(text))
    expect(counted.filter((text) => text.includes('very.secret') || text.includes('3::4'))).toEqual([])
    expect(texts.filter((text) => text === 'very.secret@example.com')).toEqual([])
  })
}

/** What is one name, and what of it is written where. */
function names(house: () => House): void {
  it('A-411 all spellings of a name draw on one budget', async () => {
    const spellings = [
      HEDY.email,
      'HEDY@EXAMPLE.COM',
      'hedy@example.com.',
      'hedy\uff20example.com',
      'Hedy@Example.Com',
    ]
    const answers = await guesses(house(), 5, (n) => ({
      address: '198.18.0.40',
      username: spellings[n] ?? '',
    }))
    expect(answers.map(limiterOf)).toEqual([
      undefined,
      undefined,
      undefined,
      'login_account',
      'login_account',
    ])
  })

  it.each([
    "a'--",
    '*)(uid=*',
    'x\0y',
    'x\ty',
    '__proto__',
    'constructor',
    'x'.repeat(10_000),
    '\ud83d\ude00',
    ':turn',
  ])('A-411 a name that nobody can have is counted like any other: %j', async (username) => {
    const answers = await guesses(house(), 4, () => ({ address: '198.18.0.41', username }))
    expect(answers.map(limiterOf)).toEqual([undefined, undefined, undefined, 'login_account'])
  })

  it('A-416 what a refused sign-in brings writes no line of the log, and stands in none', async () => {
    const username = 'x\r\n{"level":"fatal","forged":true}\u001b[2J'
    const answers = await guesses(house(), 5, () => ({ address: '198.18.0.42', username }))
    expect(answers.at(-1)?.status).toBe(429)
    expect(eventsOf(house(), 'login.limited').length).toBeGreaterThan(0)
    expect(house().log()).not.toMatch(/^\{"level":"fatal|forged/m)
    expect(house().log()).not.toContain('\u001b')
  })
}

describe('A-407 what counts as one address', () => {
  const limits = { RATE_LIMIT_LOGIN_ADDRESS: '4/15m', RATE_LIMIT_LOGIN_ACCOUNT: '100/15m' }
  const refusedBy = async (
    house: House,
    addressOf: (n: number) => string,
  ): Promise<(string | undefined)[]> => {
    const username = 'one@example.com'
    return (await guesses(house, 5, (n) => ({ address: addressOf(n), username }))).map(limiterOf)
  }
  const FULL = [undefined, undefined, undefined, undefined, 'login_address']
  const NEVER = new Array(5).fill(undefined)

  withHouse({ storage: 'redis', env: { ...limits, ...BEHIND_PROXY } }, (house) => {
    withoutFaults(house)

    it.each([
      [
        'the last hop, whatever stands before it',
        (n: number) => `10.0.0.${n}, ${'9.9.9.9, '.repeat(99)}192.0.2.20`,
      ],
      ['one /64 of IPv6', (n: number) => `2001:db8:1:2:${n}::${n}`],
      [
        'IPv4 in IPv6 clothes',
        (n: number) => ['192.0.2.21', '::ffff:192.0.2.21', '::FFFF:c000:215'][n % 3] ?? '',
      ],
    ])('is %s', async (_, addressOf) => {
      expect(await refusedBy(house(), addressOf)).toEqual(FULL)
    })

    it('is not a whole network of IPv4, nor two of IPv6', async () => {
      expect(await refusedBy(house(), (n) => `192.0.2.${30 + n}`)).toEqual(NEVER)
      expect(await refusedBy(house(), (n) => `2001:db8:1:${30 + n}::1`)).toEqual(NEVER)
    })

    it('leaves what no proxy would say to the socket', async () => {
      expect(
        await refusedBy(house(), (n) => ['unknown', '_hidden', '300.1.1.1', '"[::1]:47011"', ','][n] ?? ''),
      ).toEqual(FULL)
    })
  })

  withHouse({ storage: 'postgresql', env: limits }, (house) => {
    withoutFaults(house)

    it('is the socket, where no proxy is believed', async () => {
      const claims = (n: number): Record<string, string> => ({
        'x-forwarded-for': new Array(n === 3 ? 1_000 : 1).fill(`192.0.2.${n}`).join(', '),
        'x-real-ip': `192.0.2.${n}`,
        forwarded: `for=192.0.2.${n}`,
        'cf-connecting-ip': `192.0.2.${n}`,
        'true-client-ip': `not an address ${n}`,
      })
      const limiters = []
      for (let n = 0; n < 5; n++) {
        limiters.push(limiterOf(await guess(house(), agentOf(house(), 0, claims(n)), 'one@example.com')))
      }
      expect(limiters).toEqual(FULL)
    })
  })
})

withHouse({ storage: 'redis', nodes: 2, env: BEHIND_PROXY, setUp }, (house) => {
  withoutFaults(house)

  it('A-404 by the defaults the eleventh try at the latest is refused', async () => {
    const answers = await guesses(house(), 11, () => ({ address: '198.51.100.10', username: PERSON.email }))
    expect(statusesOf(answers).slice(0, 6)).toEqual(new Array(6).fill(400))
    expect(statusesOf(answers).at(-1)).toBe(429)
    expect(answers.map(retryAfter).at(-1)).toBeGreaterThanOrEqual(1)
  })

  it('slows sign-in from where many names fail, and says so; a device that was let in goes on', async () => {
    const device = await deviceOf(house(), '192.0.2.1', JOAN)
    const answers = await guesses(house(), 13, (n) => ({
      address: `192.0.2.${100 + (n % 3)}`,
      username: `name-${n}@example.com`,
    }))
    expect(answers.slice(0, 11).map(({ status }) => status)).toEqual(new Array(11).fill(400))
    expect(answers.slice(11).map(limiterOf)).toContain('spray')
    expect(await metric(house(), 'auth_rate_limited_total{limiter="spray"}')).toBeGreaterThan(0)
    expect(eventsOf(house(), 'login.sprayed')).toMatchObject([
      { level: 'warn', ip: '192.0.2.0/24', count: 11 },
    ])
    expect((await guess(house(), device, JOAN.email, JOAN.password)).status).toBe(303)
    expect((await guess(house(), browserAt(house(), '203.0.113.9'), ALAN.email, ALAN.password)).status).toBe(
      303,
    )
  })

  it('a name that fails again is no further name', async () => {
    for (let n = 0; n < 12; n++) {
      const address = `203.0.113.${100 + (n % 3)}`
      const answer = await guess(house(), browserAt(house(), address), `again-${n % 4}@example.com`)
      expect(answer.status).toBe(400)
    }
    expect(eventsOf(house(), 'login.sprayed').filter(({ ip }) => ip === '203.0.113.0/24')).toEqual([])
  })
})

withHouse({ storage: 'redis', env: { ...BEHIND_PROXY, RATE_LIMIT_LOGIN_ACCOUNT: '2/2s' } }, (house) => {
  it('A-406 ends by itself, when it was said to', async () => {
    const browser = browserAt(house(), '192.0.2.50')
    for (let n = 0; n < 3; n++) await guess(house(), browser, PERSON.email)
    await expect
      .poll(async () => (await guess(house(), browser, PERSON.email, PERSON.password)).status, SOON)
      .toBe(303)
  })
})
