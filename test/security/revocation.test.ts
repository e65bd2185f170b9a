/** What is revoked is dead on every node, at every level, and everything beside it lives on. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { credentials, login, refreshBy, refreshCookie, tokenOf } from '../support/first-party.ts'
import { agentOf, OWN, PERSON, PORTAL, refresh, signIn } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onEveryStorage } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { GRACE, isSignedIn } from './browsers.ts'
import { introspect, ORDERS_API, SOON, WITH_SIGNER } from './probes.ts'

interface Row {
  email: string
  client_id: string | null
  session: string
  family: string | null
  device: string | null
  device_label: string | null
  browser: string | null
  system: string | null
  kind: string | null
  address: string | null
}

const list = async (house: House, ...whose: string[]): Promise<Row[]> => {
  const { stdout } = await commandWithin(house, ['sessions', 'list', '--json', ...whose])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

const revoke = (house: House, ...whose: string[]) => commandWithin(house, ['sessions', 'revoke', ...whose])

/** Signed tokens of a resource, and a family, of a browser that is signed in; and a page of ours in the same browser. */
const ORDERS = {
  scope: 'openid orders:read offline_access',
  resource: 'https://orders.example',
  prompt: 'consent',
}
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

async function everywhere(house: House, person = PERSON) {
  const agent = agentOf(house, 0, { 'user-agent': FIREFOX })
  const { tokens } = await signIn(house, agent, PORTAL, ORDERS, person)
  const cookie = tokenOf(await login(agent, credentials(person)))
  return { agent, tokens, cookie }
}
type Everywhere = Awaited<ReturnType<typeof everywhere>>

/** What lives, asked at a node; a refresh token that lives is replaced by its successor. */
async function living(house: House, given: Everywhere, node: string) {
  const { agent, tokens } = given
  const active = (await introspect(agentOf(house), tokens.access_token, ORDERS_API)).json()['active']
  const refreshed = await refresh(agent, PORTAL, tokens.refresh_token, node)
  if (refreshed.status === 200) tokens.refresh_token = String(refreshed.json()['refresh_token'])
  const page = await refreshBy(agentOf(house), given.cookie, { node })
  if (page.status === 200) given.cookie = tokenOf(page)
  return {
    browser: await isSignedIn(agent),
    jwt: active === true,
    family: refreshed.status === 200,
    page: page.status === 200,
  }
}

const ALIVE = { browser: true, jwt: true, family: true, page: true }
const DEAD = { browser: false, jwt: false, family: false, page: false }

const LEVELS = [
  ['family', { ...ALIVE, jwt: false, family: false }, 'grant.revoked'],
  ['session', { ...DEAD, page: true }, 'session.revoked'],
  ['device', DEAD, 'device.revoked'],
  ['user', DEAD, 'user.tokens_revoked'],
] as const

onEveryStorage(
  (house, storage) => {
    withoutFaults(house)

    it('A-605 A-227 L-7 a family, a session, a device, a person: what is below ends, what is beside lives', async () => {
      const hers = await everywhere(house(), GRACE)
      let gone = ''
      for (const [level, left] of LEVELS) {
        const mine = await everywhere(house())
        const row = (await list(house(), '--client', 'portal')).find(({ email }) => email === PERSON.email)
        if (level === 'session') gone = row?.session ?? ''
        await revoke(house(), `--${level}`, level === 'user' ? PERSON.email : String(row?.[level]))
        for (const { url } of house().nodes) {
          await expect.poll(() => living(house(), mine, url), SOON).toEqual(left)
          expect(await living(house(), hers, url)).toEqual(ALIVE)
        }
      }
      const told = (await trailOf(house())).filter(({ event }) => event['actor'] === 'command')
      for (const [, , type] of LEVELS)
        expect(told.filter(({ event }) => event.type === type).map(({ event }) => event['outcome'])).toEqual([
          'success',
        ])
      await expect(revoke(house(), '--session', gone)).rejects.toThrow(`There is no session "${gone}".`)
    })

    it('A-605 refreshes under way when it happens leave no living successor', async () => {
      const agent = agentOf(house())
      const seen: string[] = []
      /** Ten at once, again and again, until none of them is let through. */
      const storm = async (first: string): Promise<void> => {
        for (let token = first; ; ) {
          const answers = await Promise.all(
            Array.from({ length: 10 }, (_, n) =>
              refresh(agentOf(house()), OWN, token, house().nodes[n % house().nodes.length]?.url),
            ),
          )
          const next = answers.filter(({ status }) => status === 200).map((answer) => answer.json())
          seen.push(
            ...next.flatMap((tokens) => [String(tokens['refresh_token']), String(tokens['access_token'])]),
          )
          if (next.length === 0) return
          token = String(next[0]?.['refresh_token'])
        }
      }
      const families = []
      for (let n = 0; n < 5; n++) families.push((await signIn(house(), agent, OWN, undefined, GRACE)).tokens)
      const storms = Promise.all(families.map(({ refresh_token: token }) => storm(token)))
      await vi.waitUntil(() => seen.length > 0, SOON)
      await revoke(house(), '--user', GRACE.email)
      await storms
      const lasting = seen.slice(-60)
      const lives = async () => {
        const states = await Promise.all(lasting.map((token) => introspect(agent, token, OWN)))
        return states.filter((answer) => answer.json()['active'] !== false).length
      }
      await expect.poll(lives, SOON).toBe(0)
      expect(await list(house(), '--user', GRACE.email)).toEqual([])
    })

    // They are rows of the same table, whatever keeps the sessions.
    if (storage === 'redis') describe('devices', () => devices(house))
  },
  { setUp: WITH_SIGNER },
)

function devices(house: () => House): void {
  let agent: Agent
  let device: string
  const deviceCookie = (of: Agent) => of.cookies.find(({ name }) => name === 'gh_device')?.value ?? ''
  const signInAgain = async (of: Agent, deviceId?: unknown) => {
    const answer = await login(of, {
      ...credentials(PERSON),
      ...(deviceId !== undefined && { deviceId }),
    })
    expect(refreshCookie(answer)).toBeDefined()
    const rows = await list(house(), '--user', PERSON.email)
    return rows.filter(({ client_id: client }) => client === 'first-party')
  }
  beforeAll(async () => {
    await revoke(house(), '--user', PERSON.email)
    agent = agentOf(house(), 0, { 'user-agent': FIREFOX })
    const [row] = await signInAgain(agent, 'Kiosk 7')
    device = row?.device ?? ''
    expect(row).toMatchObject({
      ...{ device_label: 'Kiosk 7', browser: 'Firefox', system: 'Linux', kind: 'desktop' },
      address: '127.0.0.1',
    })
  })

  it('A-617 are the same at the next sign-in, shown with what is known of them, and are no cookies', async () => {
    const rows = await signInAgain(agent)
    expect(new Set(rows.map((row) => row.device))).toEqual(new Set([device]))
    expect(deviceCookie(agent)).not.toContain(device)
    const { stdout } = await commandWithin(house(), ['sessions', 'list', '--device', device])
    expect(stdout).toMatch(
      /^EMAIL +CLIENT +DEVICE +ADDRESS .*\n.*ada@example\.com +first-party +Kiosk 7 +127\.0\.0\.1 /,
    )
  })

  it('A-617 a label, an id or a cookie of another device makes nobody known', async () => {
    const before = deviceCookie(agent)
    const labels = ['Kiosk 7', device, before, 'x'.repeat(9000), 'x'.repeat(129), '\0', 7, { $ne: '' }]
    for (const deviceId of labels) {
      const stranger = agentOf(house())
      await login(stranger, { ...credentials(PERSON), deviceId })
      expect(deviceCookie(stranger).split('.')[0]).not.toBe(before.split('.')[0])
    }
    const strange = (await list(house(), '--user', PERSON.email)).filter((row) => row.device !== device)
    expect(new Set(strange.map((row) => row.device)).size).toBe(labels.length)
    expect(strange.map((row) => row.device_label).toSorted()).toEqual(
      ['Kiosk 7', device, before, null, null, null, null, null].toSorted(),
    )
  })

  it('A-617 one that was revoked comes back as another, whatever it brings along', async () => {
    const kept = agent.cookies.map((cookie) => ({ ...cookie }))
    await revoke(house(), '--device', device)
    const back = agentOf(house(), house().nodes.length - 1, { 'user-agent': FIREFOX })
    back.cookies.push(...kept)
    const rows = await signInAgain(back, 'Kiosk 7')
    expect(rows.map((row) => row.device)).not.toContain(device)
    const old = kept.find(({ name }) => name === 'gh_device')?.value ?? ''
    expect(deviceCookie(back).split('.')[0]).not.toBe(old.split('.')[0])
  })
}
