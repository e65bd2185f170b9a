/** A forgotten password: what asking for a new one tells, what the link in the mail can do, and what setting it ends. */
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { credentials, login, refreshBy } from '../support/first-party.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  follow,
  OWN,
  PERSON,
  PORTAL,
  refresh,
  SET_UP,
  signIn,
} from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { setPasswordLink, within } from '../support/within.ts'
import { atPage, GRACE, isSignedIn, signedIn } from './browsers.ts'
import { BEHIND_PROXY, browserAt, times } from './guessing.ts'
import { faceOf, metric, onDatabase, SOON } from './probes.ts'
import { askToReset, GONE, linksTo, linkTo, posted, useLink } from './resets.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const RESET = '/reset/password'
const WAITING = 'auth_outbox_messages{state="waiting"}'
const NEW = 'a new engine of mine 1844'

/** People of one test each: what ends here ends for them alone. */
const person = (name: string, more: object = {}) => ({
  email: `${name}@example.com`,
  ...{ email_verified: true, name: `${name} of the tests`, password: `the password of ${name} 1` },
  ...more,
})
const PEOPLE = ['first', 'links', 'order', 'ends', 'flood', 'back', 'killed', 'banked'].map((name) =>
  person(name),
)
const setUp = {
  ...SET_UP,
  users: [
    ...SET_UP.users,
    ...PEOPLE,
    person('unproven', { email_verified: false }),
    person('silent'),
    person('arabic', { locale: 'ar' }),
  ],
}
const passwordOf = (name: string) => `the password of ${name} 1`
const asPerson = (name: string, password = passwordOf(name)) => ({ email: `${name}@example.com`, password })

onBothStorages(
  (house, storage) => {
    beforeEach(() => {
      mails.received.length = 0
    })
    let addresses = 0
    /** Somebody whom no limiter knows, nor anybody near them. */
    const stranger = () => browserAt(house(), `198.18.${++addresses}.1`)
    const mayIn = async (name: string, password = passwordOf(name)) =>
      (await login(stranger(), credentials(asPerson(name, password)))).status === 200

    it('is written to in the language in which it was asked, where they have never said theirs', async () => {
      const expectSubject = async (name: string, headers: Record<string, string>, subject: string) => {
        const { length } = mails.received
        await askToReset(browserAt(house(), `198.18.${++addresses}.1`, 0, headers), `${name}@example.com`)
        // One from before may come once more.
        const subjects = () => mails.received.slice(length).map((mail) => mail.subject)
        await expect.poll(subjects, SOON).toContain(subject)
      }
      const german = { 'accept-language': 'de-AT, en;q=0.5' }
      await expectSubject('silent', german, 'Neues Passwort festlegen')
      await expectSubject('silent', {}, 'Set a new password')
      await expectSubject('arabic', german, 'عيّن كلمة مرور جديدة')
    })

    describe('who asks', () => {
      it('A-402 learns nothing: one answer for every name, also where nothing is sent any more', async () => {
        const names = ['first@example.com', 'nobody@example.com', 'no address', 'x'.repeat(5000)]
        for (let n = 0; n < 5; n++) {
          const agents = names.map(() => stranger())
          const sent = await Promise.all(names.map((name, i) => askToReset(agents[i] ?? stranger(), name)))
          const pages = await Promise.all(agents.map((agent) => agent.request('/reset/sent')))
          expect(new Set(sent.map((answer) => JSON.stringify(faceOf(answer)))).size).toBe(1)
          expect(sent[0]).toMatchObject({ status: 303, location: 'http://localhost:3000/reset/sent' })
          expect(new Set(pages.map((answer) => JSON.stringify(faceOf(answer)))).size).toBe(1)
          expect(pages[0]?.text).toContain('If that address has an account, a message is on its way.')
        }
        // Drawn after a later one, an earlier mail would be of no use.
        await linkTo(mails, 'first@example.com', RESET)
      })

      it('A-402 A-555 is refused after as many tries for known and for unknown names', async () => {
        const tries = async (agent: ReturnType<typeof stranger>, name: (n: number) => string) => {
          for (let n = 0; ; n++) {
            const { status, headers, text } = await askToReset(agent, name(n))
            if (status === 303) continue
            expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true])
            expect(text).toContain('role="alert"')
            return n
          }
        }
        const [known, unknown] = await Promise.all([
          tries(stranger(), () => 'flood@example.com'),
          tries(stranger(), (n) => `nobody-${n}@example.com`),
        ])
        expect([known, unknown]).toEqual([20, 20])
      })

      it('A-555 has at most three mails sent to one address in an hour', async () => {
        const answers = await times(30, (n) =>
          askToReset(browserAt(house(), `198.51.100.${n}`, n % house().nodes.length), 'flood@example.com'),
        )
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
        // What was asked for afterwards is there: so is what was asked for before.
        await askToReset(stranger(), 'back@example.com')
        await linkTo(mails, 'back@example.com', RESET)
        const events = (await trailOf(house())).filter(
          ({ personal }) => personal.name === 'flood@example.com',
        )
        expect(events.filter(({ event }) => event.type === 'password.reset_asked').length).toBe(3)
        expect(linksTo(mails, 'flood@example.com', RESET).length).toBeLessThanOrEqual(3)
      })

      it('A-551 A-562 gets the mail to the stored address, with a link to the issuer, whatever it says of hosts', async () => {
        const spellings = [
          'LINKS@EXAMPLE.COM',
          'links@exampl\u0435.com',
          'l\u0131nks@example.com',
          'links@example.com.',
        ]
        const headers = {
          'x-forwarded-host': 'evil.example',
          forwarded: 'host=evil.example;proto=http',
          'x-forwarded-proto': 'http',
        }
        const agent = stranger()
        const page = await agent.request('/reset', { headers })
        const { csrf = '' } = Object.fromEntries(
          [...page.text.matchAll(/name="(csrf)" value="([^"]*)"/g)].map(([, k = '', v = '']) => [k, v]),
        )
        for (const username of spellings) {
          const fields = { csrf, username, redirect_uri: 'https://evil.example/', host: 'evil.example' }
          expect((await posted(agent, '/reset', fields, { headers })).status).toBe(303)
        }
        const foreign = { headers: { origin: 'https://evil.example' } }
        expect((await posted(agent, '/reset', { csrf, username: 'links@example.com' }, foreign)).status).toBe(
          403,
        )
        await linkTo(mails, 'links@example.com', RESET, 1)
        const mine = async () =>
          (await trailOf(house()))
            .filter(({ event }) => event.type === 'password.reset_asked')
            .filter(({ personal }) => personal.name === 'links@example.com')
        // In capitals and with a dot at its end it is the same address; the look-alikes are nobody's.
        await expect.poll(mine, SOON).toHaveLength(2)
        for (const { to, text } of mails.received) {
          expect([to].flat().map((one) => one?.text)).toEqual(['links@example.com'])
          expect(text).not.toContain('evil')
        }
      })

      it('is asked again where the form is not ours, or empty', async () => {
        const agent = stranger()
        const page = await agent.request('/reset')
        const empty = await agent.submit(page, '/reset', { username: ' ' })
        expect([empty.status, empty.text.includes('role="alert"')]).toEqual([400, true])
        const forged = await posted(agent, '/reset', { username: PERSON.email, csrf: 'x' })
        expect([forged.status, forged.text.includes('role="alert"')]).toEqual([403, true])
      })
    })

    describe('the link', () => {
      it('A-465 A-552 is spent by its form alone, once, by one of many at once', async () => {
        const before = mails.received.length
        await askToReset(stranger(), GRACE.email)
        const older = await linkTo(mails, GRACE.email, RESET)
        await askToReset(stranger(), GRACE.email)
        const link = await linkTo(mails, GRACE.email, RESET, before + 2)
        expect(link).not.toBe(older)

        const visitor = stranger()
        for (const method of ['GET', 'HEAD', 'GET', 'HEAD'])
          expect((await visitor.request(link, { method })).status).toBe(200)
        const page = await visitor.request(link)
        expect(page.text).toContain(GRACE.email)
        for (const password of ['', 'short', GRACE.email, 'Grace Hopper'])
          expect((await visitor.submit(page, link, { password })).status).toBe(400)
        const all = await times(50, (n) => visitor.submit(page, link, { password: `${NEW} ${n}` }))
        const won = all.flatMap(({ status }, n) => (status === 303 ? [n] : []))
        expect(won).toHaveLength(1)
        expect(
          (await login(stranger(), credentials({ ...GRACE, password: `${NEW} ${won[0]}` }))).status,
        ).toBe(200)

        // Used, older, cut, of another kind, of nobody: one answer.
        const operators = await setPasswordLink(house(), PERSON.email)
        const dead = [
          link,
          older,
          link.slice(0, -1),
          `${link}A`,
          operators.replace('/set-password', RESET),
          `${RESET}?token=${'A'.repeat(43)}`,
          RESET,
        ]
        const answers = await Promise.all(
          dead.map((target) => browserAt(house(), '203.0.113.9').request(target)),
        )
        for (const { status, text } of answers) expect([status, text.includes(GONE)]).toEqual([400, true])
        const words = answers.map(({ text }) => text.replace(/<section[\s\S]*/, ''))
        expect(new Set(words)).toEqual(new Set([words[0]]))
      })

      it('A-552 ends with a password that is set otherwise, and with another address', async () => {
        await askToReset(stranger(), 'links@example.com')
        const one = await linkTo(mails, 'links@example.com', RESET)
        const other = await setPasswordLink(house(), 'links@example.com')
        expect((await useLink(stranger(), other, { password: NEW })).status).toBe(200)
        expect((await useLink(stranger(), one, { password: 'an old mail 1234' })).status).toBe(400)
        expect(await mayIn('links', NEW)).toBe(true)
      })

      it('A-553 is the only way to the form: no token, another kind, another account in a hidden field', async () => {
        await askToReset(stranger(), 'order@example.com')
        const link = await linkTo(mails, 'order@example.com', RESET)
        const agent = stranger()
        const interaction = await atPage(house(), agent, OWN)
        const page = await agent.request(link)
        const { csrf = '' } = Object.fromEntries(
          [...page.text.matchAll(/name="(csrf)" value="([^"]*)"/g)].map(([, k = '', v = '']) => [k, v]),
        )
        for (const target of [RESET, '/reset', `${RESET}?token=`, interaction.at, '/reset/done'])
          expect((await posted(agent, target, { csrf, password: NEW })).status).toBeGreaterThanOrEqual(400)
        const mine = { email: PERSON.email, username: PERSON.email, sub: 'x', user: 'x', account: 'x' }
        expect((await agent.submit(page, link, { password: NEW, ...mine })).status).toBe(303)
        expect(await mayIn('order', NEW)).toBe(true)
        expect((await login(stranger(), credentials(PERSON))).status).toBe(200)
      })

      it('A-552 A-911 stands in the mail alone: no store and no log has what it says', async () => {
        await askToReset(stranger(), 'back@example.com')
        const link = await linkTo(mails, 'back@example.com', RESET)
        const token = new URL(link, 'http://x').searchParams.get('token') ?? ''
        expect(token).toMatch(/^[\w-]{43}$/)
        expect(house().log()).not.toContain(token)
        if (storage === 'redis')
          for (const table of ['outbox', 'account_links', 'event_inbox', 'audit_events'])
            expect(JSON.stringify(await onDatabase(house(), `select * from ${table}`))).not.toContain(token)
        await within(house(), async (core) => {
          const now = { ...core, clock: { now: () => Date.now() + 30 * 60_000 } }
          const { openLink } = await import('../../src/accounts/open-link.ts')
          expect((await openLink(core, 'reset_password')(token))?.email).toBe('back@example.com')
          expect(await openLink(now, 'reset_password')(token)).toBeUndefined()
        })
      })
    })

    describe('the new password', () => {
      it('A-554 ends sessions, families, devices, links and mails; it signs nobody in', async () => {
        const me = asPerson('ends')
        const thief = await signedIn(house(), me)
        const app = agentOf(house())
        const { tokens } = await signIn(house(), app, PORTAL, undefined, me)
        const script = stranger()
        await login(script, credentials(me))
        const set = await setPasswordLink(house(), me.email)
        await askToReset(stranger(), me.email)
        const link = await linkTo(mails, me.email, RESET)
        await askToReset(stranger(), me.email)

        const visitor = stranger()
        const done = await useLink(visitor, link, { password: NEW })
        // The newer mail may have come in between: then it is the one that counts.
        const reset =
          done.status === 303
            ? done
            : await useLink(visitor, await linkTo(mails, me.email, RESET, 2), { password: NEW })
        expect(reset.location).toBe('http://localhost:3000/reset/done')
        expect((await visitor.request('/reset/done')).text).toContain('signed out, on every device')
        expect(await isSignedIn(visitor)).toBe(false)

        await expect.poll(() => isSignedIn(thief), SOON).toBe(false)
        await expect
          .poll(async () => (await refresh(app, PORTAL, tokens.refresh_token)).status, SOON)
          .toBe(400)
        await expect.poll(async () => (await refreshBy(script)).status, SOON).toBe(401)
        expect(await mayIn('ends')).toBe(false)
        for (const dead of [set, link, ...linksTo(mails, me.email, RESET)])
          expect((await stranger().request(dead)).status).toBe(400)
        await expect
          .poll(() => mails.received.map(({ subject }) => subject), SOON)
          .toContain('Your password was reset')
        const sub = await within(house(), async ({ accounts }) => {
          const account = await accounts.users.findByEmailKey(me.email)
          expect((await accounts.signIns.history(account?.id, undefined)).devices).toEqual([])
          return account?.sub
        })
        const trail = (await trailOf(house())).filter(({ event }) => event['subject'] === sub)
        const types = trail.map(({ event }) => event.type)
        expect(types.filter((type) => type === 'password.set')).toHaveLength(1)
        expect(trail.find(({ event }) => event.type === 'user.tokens_revoked')?.event).toMatchObject({
          reason: 'password_reset',
          actor: `user:${sub}`,
        })
        expect(await mayIn('ends', NEW)).toBe(true)
      })

      it('A-554 A-557 leaves other credentials of a proven address, and none of one that never was', async () => {
        const totp = { method: 'totp', data: JSON.stringify({ sealed: 'x' }) }
        const elsewhere = { connector: crypto.randomUUID(), issuer: 'https://acme.example' }
        const withFactors = (email: string) =>
          within(house(), async ({ accounts, database: { db } }) => {
            const account = await accounts.users.findByEmailKey(email)
            const identity = { method: 'identity', data: JSON.stringify({ ...elsewhere, subject: email }) }
            await db
              .insertInto('credentials')
              .values(
                [totp, identity].map((one) => ({
                  ...{ id: crypto.randomUUID(), user_id: account?.id ?? '', ...one },
                })),
              )
              .execute()
          })
        const methods = (email: string) =>
          within(house(), async ({ accounts, database: { db } }) => {
            const account = await accounts.users.findByEmailKey(email)
            const rows = await db
              .selectFrom('credentials')
              .select('method')
              .where('user_id', '=', account?.id ?? '')
              .execute()
            return [account?.emailVerified, ...rows.map(({ method }) => method).toSorted()]
          })
        for (const name of ['first', 'unproven']) {
          const email = `${name}@example.com`
          await withFactors(email)
          await within(house(), ({ askToReset: ask }) => ask(email, { actor: 'test' }))
          expect(
            (await useLink(stranger(), await linkTo(mails, email, RESET), { password: NEW })).status,
          ).toBe(303)
        }
        expect(await methods('first@example.com')).toEqual([true, 'identity', 'password', 'totp'])
        expect(await methods('unproven@example.com')).toEqual([true, 'password'])
      })

      it('leads back to the sign-in that was left, in the browser where it began', async () => {
        const agent = agentOf(house())
        const request = authorizationRequest(OWN)
        const { at, page } = await follow(agent, house().issuer, request.url)
        const named = await agent.submit(page, at, { username: PERSON.email })
        const asked = await follow(agent, house().issuer, named.location ?? '')
        const [, href = ''] = /href="(\/reset\?uid=[\w-]{43})"/.exec(asked.page.text) ?? []
        const asking = await agent.request(href)
        expect(asking.text).toContain('Back to signing in to')
        await agent.submit(asking, '/reset', { username: PERSON.email })
        const back = new URL(at).pathname
        for (const path of ['/reset/sent', '/reset/done'])
          expect((await agent.request(path)).text).toContain(`href="${back}"`)
        expect((await agent.request('/reset/done')).text).toContain('Own')
        expect((await agentOf(house()).request('/reset/done')).text).not.toContain('/interaction/')
        // Of no shape, or nobody's: no link; and no other address is ever kept.
        for (const uid of ['//evil.example', 'https://evil.example', 'A'.repeat(43)]) {
          const other = agentOf(house())
          await other.request(`/reset?uid=${encodeURIComponent(uid)}`)
          const { text } = await other.request('/reset/done')
          expect(text).not.toMatch(/evil|\/interaction\//)
        }
        const callback = await authorize(house(), agent, { ...request, url: back })
        expect(callback.searchParams.get('code')).toBeTruthy()
      })
    })

    it('F-161 the page answers at once, whatever the mail server does, and the mail comes', async () => {
      await vi.waitUntil(async () => (await metric(house(), WAITING)) === 0, SOON)
      mails.received.length = 0
      // Whatever else comes meanwhile is treated the same.
      mails.behave(451, 451, 451, 451)
      const began = performance.now()
      await askToReset(stranger(), 'killed@example.com')
      expect(performance.now() - began).toBeLessThan(2000)
      const link = await linkTo(mails, 'killed@example.com', RESET, 2)
      // Drawn again it is the same link.
      expect(new Set(linksTo(mails, 'killed@example.com', RESET))).toEqual(new Set([link]))
    })
  },
  { setUp, env: { ...BEHIND_PROXY, ...mails.env } },
)
