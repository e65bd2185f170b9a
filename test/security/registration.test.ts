/** Accounts that people make themselves: what the form tells, what the mail's link does, and for whom. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, authorizationRequest, authorize, follow, OWN, PERSON } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages, withHouse } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { within } from '../support/within.ts'
import { isSignedIn } from './browsers.ts'
import { BEHIND_PROXY, browserAt, times } from './guessing.ts'
import { faceOf, onDatabase, SOON } from './probes.ts'
import { linksTo, linkTo, posted, useLink } from './resets.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const CONFIRM = '/register/confirm'
const PASSWORD = 'differential machine 1822'
const OTHER = 'another machine of mine 1834'

/** A retry comes after two seconds. */
const LATER = { timeout: 30_000, interval: 20 }

const form = (email: string, over: Record<string, string> = {}) => ({
  ...{ name: 'Charles Babbage', email, password: PASSWORD },
  ...over,
})

async function ask(agent: Agent, email: string, over: Record<string, string> = {}) {
  const page = await agent.request('/register')
  return agent.submit(page, '/register', form(email, over))
}

onBothStorages(
  (house, storage) => {
    beforeEach(() => {
      mails.received.length = 0
    })
    let addresses = 0
    const stranger = () => browserAt(house(), `198.18.${++addresses}.1`)
    const mayIn = async (email: string, password = PASSWORD) =>
      (await login(stranger(), credentials({ email, password }))).status === 200
    const accountOf = (email: string) =>
      within(house(), ({ accounts }) => accounts.users.findByEmailKey(email))
    const subjects = (address: string) =>
      mails.received.filter(({ to }) => [to].flat()[0]?.text === address).map(({ subject }) => subject)

    it('A-402 A-565 answers every address alike, and tells the owner of one that has an account', async () => {
      const fresh = 'charles@example.com'
      const agents = [PERSON.email, fresh, PERSON.email.toUpperCase()].map((email) => ({
        email,
        agent: stranger(),
      }))
      const answers = await Promise.all(agents.map(({ agent, email }) => ask(agent, email)))
      expect(new Set(answers.map((answer) => JSON.stringify(faceOf(answer)))).size).toBe(1)
      expect(answers[0]).toMatchObject({ status: 303, location: 'http://localhost:3000/register/sent' })
      const pages = await Promise.all(agents.map(({ agent }) => agent.request('/register/sent')))
      expect(new Set(pages.map((answer) => JSON.stringify(faceOf(answer)))).size).toBe(1)

      await expect.poll(() => subjects(PERSON.email).length, SOON).toBe(2)
      expect(new Set(subjects(PERSON.email))).toEqual(new Set(['You have an account already']))
      expect(await mayIn(PERSON.email, PERSON.password)).toBe(true)
      expect(await mayIn(PERSON.email, PASSWORD)).toBe(false)

      const [, mine] = agents
      const link = await linkTo(mails, fresh, CONFIRM)
      expect(subjects(fresh)).toEqual(['Finish your account'])
      // Not an account yet.
      expect([await accountOf(fresh), await mayIn(fresh)]).toEqual([undefined, false])
      const visitor = mine?.agent ?? stranger()
      for (const method of ['GET', 'HEAD', 'GET'])
        expect((await visitor.request(link, { method })).status).toBe(200)
      expect((await visitor.request(link)).text).not.toContain('name="password"')
      expect((await useLink(visitor, link, {})).location).toBe('http://localhost:3000/register/done')
      expect(await isSignedIn(visitor)).toBe(false)
      expect(await accountOf(fresh)).toMatchObject({
        emailVerified: true,
        name: 'Charles Babbage',
        serverRoles: [],
      })
      expect(await mayIn(fresh)).toBe(true)
      expect((await useLink(visitor, link, {})).status).toBe(400)
    })

    it('A-565 takes no more than name, address and password, and refuses what is no good', async () => {
      const email = 'more@example.com'
      const agent = stranger()
      for (const over of [
        { password: 'short' },
        { password: email },
        { password: 'Charles Babbage' },
        { password: 'password1234' },
        { password: '' },
        { name: '' },
        { name: 'A\r\nSubject: x' },
        { name: 'x'.repeat(201) },
        { email: 'no address' },
        { email: 'victim@x\r\nBcc: all@x.example' },
      ]) {
        const { status, text } = await ask(agent, email, over)
        expect([status, text.includes('role="alert"'), text.includes(PASSWORD)]).toEqual([400, true, false])
      }
      const extra = {
        email_verified: 'true',
        roles: 'admin',
        server_roles: 'admin',
        id: 'x',
        sub: 'x',
        disabled: '1',
      }
      expect((await ask(agent, email, { ...extra, organization: 'acme', managed_by: 'apply' })).status).toBe(
        303,
      )
      await useLink(agent, await linkTo(mails, email, CONFIRM), extra)
      const account = await accountOf(email)
      expect(account).toMatchObject({ serverRoles: [], disabled: false, managedBy: undefined })
      expect(account?.sub).not.toBe('x')
    })

    it('A-563 has nothing in its mail that a stranger chose, and one recipient', async () => {
      const email = 'spoofed@example.com'
      for (const name of ['Click https://evil.example now', '=?utf-8?q?Urgent?='])
        expect((await ask(stranger(), email, { name })).status).toBe(303)
      await linkTo(mails, email, CONFIRM, 2)
      for (const { to, cc, bcc, subject, text, html } of mails.received) {
        expect([to].flat().map((one) => one?.text)).toEqual([email])
        expect([cc, bcc, subject]).toEqual([undefined, undefined, 'Finish your account'])
        expect(`${text}${String(html)}`).not.toMatch(/evil|utf-8\?q|Urgent/)
      }
    })

    it('A-565 makes one account of fifty at once, by one of its links', async () => {
      const email = 'fifty@example.com'
      const agents = times(50, async (n) => browserAt(house(), `198.51.100.${n}`, n % house().nodes.length))
      // Whoever is turned away for a moment, on a machine that is busy, comes again.
      const served = async (agent: Agent): Promise<Answer> => {
        const sent = await ask(agent, email)
        if (sent.status !== 503) return sent
        await delay(Number(sent.headers.get('retry-after')) * 1000)
        return served(agent)
      }
      const answers = await Promise.all((await agents).map(served))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
      await linkTo(mails, email, CONFIRM, 3)
      const links = linksTo(mails, email, CONFIRM)
      expect(new Set(links).size).toBe(3)
      const done = await Promise.all(
        links.flatMap((link) => [link, link]).map((link) => useLink(stranger(), link, { password: OTHER })),
      )
      expect(done.filter(({ status }) => status === 303)).toHaveLength(1)
      const made = (await trailOf(house())).filter(
        ({ event, personal }) => event.type === 'user.created' && personal.name === email,
      )
      expect(made.map(({ event }) => event['reason'])).toEqual(['registered'])
      for (const link of links) expect((await stranger().request(link)).status).toBe(400)
    })

    it('A-556 A-557 prepares nothing for the owner of an address: a stranger’s password never counts', async () => {
      const email = 'victim@example.com'
      const attacker = stranger()
      await ask(attacker, email, { password: 'what the attacker knows 1' })
      const link = await linkTo(mails, email, CONFIRM)
      expect(await mayIn(email, 'what the attacker knows 1')).toBe(false)
      const victim = stranger()
      const page = await victim.request(link)
      expect(page.text).toContain('name="password"')
      expect((await victim.submit(page, link, {})).status).toBe(400)
      expect((await victim.submit(page, link, { password: 'victim@example.com' })).status).toBe(400)
      expect((await victim.submit(page, link, { password: PASSWORD })).status).toBe(303)
      expect([await mayIn(email, 'what the attacker knows 1'), await mayIn(email)]).toEqual([false, true])
    })

    it('F-161 the page answers whatever the mail server does, and the mail comes', async () => {
      const email = 'patient@example.com'
      // Whatever else comes meanwhile is treated the same.
      mails.behave(451, 451, 451, 451)
      expect((await ask(stranger(), email)).status).toBe(303)
      await expect.poll(() => linksTo(mails, email, CONFIRM).length, LATER).toBe(2)
      mails.behave()
      const [link = '', again] = linksTo(mails, email, CONFIRM)
      expect(again).toBe(link)
      expect((await useLink(stranger(), link, { password: OTHER })).status).toBe(303)
      expect(await mayIn(email, OTHER)).toBe(true)
    })

    it('A-402 is limited by where it comes from, for known and unknown addresses alike', async () => {
      const tries = async (email: (n: number) => string) => {
        const agent = stranger()
        for (let n = 0; ; n++) {
          const { status, text } = await ask(agent, email(n))
          if (status === 303) continue
          expect([status, text.includes('role="alert"')]).toEqual([429, true])
          return n
        }
      }
      const counts = await Promise.all([tries(() => PERSON.email), tries((n) => `nobody-${n}@example.com`)])
      expect(counts).toEqual([20, 20])
    })

    describe('the page', () => {
      it('is led to by the sign-in page, and leads back to it', async () => {
        const email = 'back@example.com'
        const agent = stranger()
        const request = authorizationRequest(OWN)
        const { at, page } = await follow(agent, house().issuer, request.url)
        const [, href = ''] = /href="(\/register\?uid=[\w-]{43})"/.exec(page.text) ?? []
        await agent.submit(await agent.request(href), '/register', form(email))
        const done = await useLink(agent, await linkTo(mails, email, CONFIRM), {})
        const back = new URL(at).pathname
        expect((await agent.request(done.location ?? '')).text).toContain(`href="${back}"`)
        const person = { email, password: PASSWORD }
        const callback = await authorize(house(), agent, { ...request, url: back }, person)
        expect(callback.searchParams.get('code')).toBeTruthy()
      })

      it('takes no form but its own', async () => {
        const agent = stranger()
        await agent.request('/register')
        const forged = await posted(agent, '/register', { ...form('x@example.com'), csrf: 'x' })
        expect(forged.status).toBe(403)
        const foreign = { headers: { origin: 'https://evil.example' } }
        expect((await posted(agent, '/register', form('x@example.com'), foreign)).status).toBe(403)
        expect((await agentOf(house()).request(`${CONFIRM}?token=${'A'.repeat(43)}`)).status).toBe(400)
      })
    })

    it('A-911 has its token in the mail alone', async () => {
      const email = 'token@example.com'
      await ask(stranger(), email)
      const token = new URL(await linkTo(mails, email, CONFIRM), 'http://x').searchParams.get('token') ?? ''
      expect(house().log()).not.toContain(token)
      if (storage === 'redis')
        for (const table of ['outbox', 'registrations', 'event_inbox', 'audit_events'])
          expect(JSON.stringify(await onDatabase(house(), `select * from ${table}`))).not.toContain(token)
    })
  },
  { env: { ...BEHIND_PROXY, ...mails.env } },
)

withHouse({ storage: 'embedded', env: { REGISTRATION: 'off' } }, (house) => {
  it('registration is not there where it is off', async () => {
    const agent = agentOf(house())
    for (const path of ['/register', '/register/sent', CONFIRM])
      expect((await agent.request(path)).status).toBe(404)
    const { page } = await follow(agent, house().issuer, authorizationRequest(OWN).url)
    expect([page.status, page.text.includes('/register')]).toEqual([200, false])
  })
})
