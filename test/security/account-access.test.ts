/** What people end themselves at `/account` is dead at once, everywhere, and nobody ends what is another's. */
import { expect, it } from 'vitest'
import { csrfOf, mayOpen, openAccount, sendForm } from '../support/account.ts'
import type { Agent } from '../support/agent.ts'
import { credentials, login, refreshBy, tokenOf } from '../support/first-party.ts'
import { APP, agentOf, OWN, PERSON, PORTAL, type RelyingParty, refresh, signIn } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { withoutFaults } from './answers.ts'
import { atPage, GRACE } from './browsers.ts'
import { SOON } from './probes.ts'

const SESSIONS = '/account/sessions'
const APPLICATIONS = '/account/applications'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const OFFLINE = { scope: 'openid profile email offline_access', prompt: 'consent' }

/** A browser with an account page, an application that has a family of it, and a page of the first-party API. */
async function somewhere(house: House, person = PERSON, rp: RelyingParty = PORTAL) {
  const agent = agentOf(house, 0, { 'user-agent': FIREFOX })
  const { tokens } = await signIn(house, agent, rp, OFFLINE, person)
  const cookie = tokenOf(await login(agent, credentials(person)))
  return { agent, rp, tokens, cookie }
}

type Somewhere = Awaited<ReturnType<typeof somewhere>>

async function lives(house: House, given: Somewhere, node: string) {
  const { agent, rp, tokens } = given
  const refreshed = await refresh(agentOf(house), rp, tokens.refresh_token, node)
  if (refreshed.status === 200) tokens.refresh_token = String(refreshed.json()['refresh_token'])
  return { browser: await mayOpen(agent, SESSIONS, node), family: refreshed.status === 200 }
}

const idsOn = (html: string): string[] =>
  [...html.matchAll(/name="end" value="([^"]+)"/g)].map(([, id = '']) => id)

onBothStorages((house) => {
  withoutFaults(house)
  const open = (agent: Agent, path: string, person?: typeof GRACE) =>
    openAccount(house(), { agent, path, ...(person && { person }) })

  it('A-605 one session is ended, with its families, and then all others', async () => {
    const [mine, one, two] = [await somewhere(house()), await somewhere(house()), await somewhere(house())]
    const theirs = await somewhere(house(), GRACE)
    const { page } = await open(mine.agent, SESSIONS)
    expect(page.text).toContain('Firefox on Linux')
    expect(page.text.match(/This device/g)).toHaveLength(1)
    // Three browsers, one of them this; three pages of the first-party API.
    const ids = idsOn(page.text)
    expect(ids).toHaveLength(5)

    const ofOne = idsOn((await open(one.agent, SESSIONS)).page.text)
    const [mineAsSeenByOne] = ofOne.filter((id) => !ids.includes(id))
    const [oneAsSeenByMe = ''] = ids.filter((id) => !ofOne.includes(id))
    expect(mineAsSeenByOne).toBeDefined()
    const done = await mine.agent.submit(page, SESSIONS, { end: oneAsSeenByMe })
    expect([done.status, done.location]).toEqual([303, `${house().issuer}${SESSIONS}?done=session_ended`])
    const after = await mine.agent.request(`${SESSIONS}?done=session_ended`)
    expect(after.text).toContain('Signed out there.')
    expect(idsOn(after.text)).not.toContain(oneAsSeenByMe)
    for (const { url } of house().nodes) {
      await expect.poll(() => lives(house(), one, url), SOON).toEqual({ browser: false, family: false })
      expect(await lives(house(), two, url)).toEqual({ browser: true, family: true })
    }

    expect((await mine.agent.submit(after, SESSIONS, { others: 'end' })).status).toBe(303)
    for (const { url } of house().nodes) {
      await expect.poll(() => lives(house(), two, url), SOON).toEqual({ browser: false, family: false })
      expect(await lives(house(), mine, url)).toEqual({ browser: true, family: true })
      expect(await lives(house(), theirs, url)).toEqual({ browser: true, family: true })
    }
    for (const { cookie } of [mine, one, two])
      expect((await refreshBy(agentOf(house()), cookie)).status).toBe(401)
    expect((await refreshBy(agentOf(house()), theirs.cookie)).status).toBe(200)
    expect(idsOn((await open(mine.agent, SESSIONS)).page.text)).toEqual([])
    const told = (await trailOf(house())).filter(({ event }) => event.type === 'session.revoked')
    expect(told).toHaveLength(5)
    expect(new Set(told.map(({ event }) => event['actor'] === `user:${event['subject']}`))).toEqual(
      new Set([true]),
    )
  })

  it('A-605 another’s session is none, nor is one that was made up; and what is shown is no cookie', async () => {
    const [mine, theirs] = [await somewhere(house()), await somewhere(house(), GRACE)]
    await somewhere(house())
    const others = await somewhere(house(), GRACE)
    const { page: hers } = await open(theirs.agent, SESSIONS, GRACE)
    const { page } = await open(mine.agent, SESSIONS)
    for (const end of [...idsOn(hers.text), 'x'.repeat(43), '', '../..', "' or 1=1 --"]) {
      const { status } = await mine.agent.submit(page, SESSIONS, { end })
      expect([end, status]).toEqual([end, 404])
    }
    expect((await mine.agent.submit(page, SESSIONS, {})).status).toBe(404)
    expect(await lives(house(), others, house().nodes[0]?.url ?? '')).toEqual({ browser: true, family: true })
    const [id = ''] = idsOn(page.text)
    for (const { name, value } of [...mine.agent.cookies, ...theirs.agent.cookies]) {
      expect([name, page.text.includes(value)]).toEqual([name, false])
    }
    const thief = agentOf(house(), 0, { cookie: `gh_session=${id}; gh_session.sig=x` })
    expect(await mayOpen(thief)).toBe(false)
  })

  it('what an application may is told in words, and is taken back with all that it has', async () => {
    const [mine, theirs] = [await somewhere(house()), await somewhere(house(), GRACE)]
    const app = await signIn(house(), mine.agent, APP, OFFLINE)
    await signIn(house(), mine.agent, OWN, {})
    const { page } = await open(mine.agent, APPLICATIONS)
    for (const words of [
      'Portal',
      'See your email address',
      'Keep access while you’re away',
      'nobody was asked',
    ])
      expect(page.text).toContain(words)
    expect(page.text).not.toContain('first-party')
    const done = await mine.agent.submit(page, APPLICATIONS, { take_back: 'portal' })
    expect(done.location).toBe(`${house().issuer}${APPLICATIONS}?done=access_taken_back`)
    for (const { url } of house().nodes)
      await expect
        .poll(
          async () => (await refresh(agentOf(house()), PORTAL, mine.tokens.refresh_token, url)).status,
          SOON,
        )
        .toBe(400)
    expect((await mine.agent.request(APPLICATIONS)).text).not.toContain('Portal')
    // Asked again; others, and others' are as they were.
    expect((await atPage(house(), mine.agent)).page.text).toContain('name="decision"')
    expect((await refresh(agentOf(house()), APP, app.tokens.refresh_token)).status).toBe(200)
    expect((await refresh(agentOf(house()), PORTAL, theirs.tokens.refresh_token)).status).toBe(200)
    for (const unknown of ['portal', 'nobody', '', 'first-party'])
      expect((await mine.agent.submit(page, APPLICATIONS, { take_back: unknown })).status).toBe(404)
    const told = (await trailOf(house())).filter(({ event }) => event['client'] === 'portal')
    const types = told.map(({ event }) => event.type)
    expect(types.filter((type) => type === 'consent.revoked')).toHaveLength(1)
    expect(types).toContain('grant.revoked')
  })

  it('A-461 neither page does anything without a form of its own', async () => {
    const mine = await somewhere(house(), GRACE)
    const csrf = csrfOf((await openAccount(house())).page)
    for (const [path, form] of [
      [SESSIONS, { others: 'end' }],
      [APPLICATIONS, { take_back: 'portal' }],
    ] as const) {
      const refused = [
        await sendForm(mine.agent, path, form),
        await sendForm(mine.agent, path, { ...form, csrf }),
        await sendForm(mine.agent, path, form, { origin: 'https://evil.example' }),
      ]
      expect(refused.map(({ status }) => status)).toEqual([403, 403, 403])
      expect(refused[0]?.text).toContain('role="alert"')
    }
    expect(await lives(house(), mine, house().nodes[0]?.url ?? '')).toEqual({ browser: true, family: true })
  })
})
