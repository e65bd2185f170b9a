/** Changing the password at `/account`: what it takes, what it ends, and who can't. */
import { afterAll, describe, expect, it } from 'vitest'
import { ageSignIn, csrfOf, mayOpen, openAccount, sendForm } from '../support/account.ts'
import type { Agent } from '../support/agent.ts'
import { credentials, login, refreshBy, tokenOf } from '../support/first-party.ts'
import { agentOf, follow, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const PASSWORD = '/account/password'
const NEW = 'a new engine of mine 1844'

/** People of one test each: what ends here ends for them alone. */
const person = (name: string) => ({ email: `${name}@example.com`, password: `the password of ${name} 1` })
const [CHANGES, STALE, OTHER, TRIES, NONE, RULES] = [
  'changes',
  'stale',
  'other',
  'tries',
  'none',
  'rules',
].map(person) as [Person, Person, Person, Person, Person, Person]
type Person = ReturnType<typeof person>
const users = [CHANGES, STALE, OTHER, TRIES, NONE, RULES].map((one) => ({ ...one, email_verified: true }))

const mayIn = async (house: House, { email, password }: Person): Promise<boolean> =>
  (await login(agentOf(house), credentials({ email, password }))).status === 200

onBothStorages(
  (house) => {
    withoutFaults(house)
    const atPage = async (who: Person, agent?: Agent) =>
      openAccount(house(), { path: PASSWORD, person: who, ...(agent && { agent }) })

    it('A-605 takes the current one, ends everything else that the account was given, and tells by mail', async () => {
      const { agent, page } = await atPage(CHANGES)
      const mine = await signIn(house(), agent, PORTAL, undefined, CHANGES)
      const other = agentOf(house())
      const theirs = await signIn(house(), other, PORTAL, undefined, CHANGES)
      const cookie = tokenOf(await login(other, credentials(CHANGES)))
      const before = agent.cookies.find(({ name }) => name === 'gh_session')?.value
      expect(page.text).toContain('name="current_password"')
      const done = await agent.submit(page, PASSWORD, { current_password: CHANGES.password, password: NEW })
      expect([done.status, done.location]).toEqual([
        303,
        `${house().issuer}${PASSWORD}?done=password_changed`,
      ])
      expect((await agent.request(done.location ?? '')).text).toContain('Your new password is set.')
      for (const { url } of house().nodes) {
        await expect.poll(() => mayOpen(other, '/account', url), SOON).toBe(false)
        expect(await mayOpen(agent, '/account', url)).toBe(true)
        for (const { tokens } of [mine, theirs])
          expect((await refresh(agentOf(house()), PORTAL, tokens.refresh_token, url)).status).toBe(400)
        expect((await refreshBy(agentOf(house()), cookie, { node: url })).status).toBe(401)
      }
      // the session that is left has another value, and is a session with all that belongs to one.
      expect(agent.cookies.find(({ name }) => name === 'gh_session')?.value).not.toBe(before)
      expect((await agent.request('/account/sessions')).text).toContain('This device')
      expect((await signIn(house(), agent, PORTAL, undefined, CHANGES)).tokens.refresh_token).toBeTruthy()
      expect([await mayIn(house(), CHANGES), await mayIn(house(), { ...CHANGES, password: NEW })]).toEqual([
        false,
        true,
      ])
      const told = (await trailOf(house())).filter(({ personal }) => personal.name === CHANGES.email)
      const [set] = told.filter(({ event }) => event.type === 'password.set' && event['actor'] !== 'apply')
      expect(set?.event).toMatchObject({ details: { by: 'change' }, actor: `user:${set?.event['subject']}` })
      await expect
        .poll(
          () =>
            mails.received.filter(({ to }) => [to].flat()[0]?.text === CHANGES.email).map((m) => m.subject),
          SOON,
        )
        .toContain('Your password was changed')
    })

    describe('A-463', () => {
      it('an old sign-in is asked for anew, before the page and before a form that lay open', async () => {
        const { agent, page } = await atPage(STALE)
        await ageSignIn(house(), agent, 301)
        for (const asked of [
          await agent.request(`${PASSWORD}?from=mail`),
          await agent.submit(page, PASSWORD, { current_password: STALE.password, password: NEW }),
        ]) {
          const to = new URL(asked.location ?? '')
          expect([asked.status, to.pathname, to.searchParams.get('max_age')]).toEqual([
            303,
            '/oauth2/authorize',
            '300',
          ])
        }
        expect(await mayOpen(agent, '/account')).toBe(true)
        expect(await mayIn(house(), STALE)).toBe(true)
        const back = await atPage(STALE, agent)
        expect(back.at).toBe(`${house().issuer}${PASSWORD}`)
        const fields = { current_password: STALE.password, password: NEW }
        // The page that lay open is this person's still, and good again.
        expect((await agent.submit(page, PASSWORD, fields)).status).toBe(303)
        expect(await mayIn(house(), { ...STALE, password: NEW })).toBe(true)
      })

      it('nothing of a form goes over to somebody else who signs in in between', async () => {
        const { agent, page } = await atPage(OTHER)
        await ageSignIn(house(), agent, 301)
        const asked = await follow(agent, house().issuer, PASSWORD)
        const sent = await agent.submit(asked.page, asked.at, {
          username: RULES.email,
          password: RULES.password,
        })
        const changing = await follow(agent, house().issuer, sent.location ?? '')
        const signedOut = await agent.submit(changing.page, '/oauth2/logout/confirm', {})
        const there = await follow(agent, house().issuer, signedOut.location ?? '')
        expect([there.at, there.page.status]).toEqual([`${house().issuer}${PASSWORD}`, 200])
        expect(there.page.text).toContain(RULES.email)
        const stale = { csrf: csrfOf(page), current_password: RULES.password, password: NEW }
        const refused = await sendForm(agent, PASSWORD, stale)
        expect([refused.status, refused.text.includes('This page was out of date.')]).toEqual([403, true])
        expect([await mayIn(house(), OTHER), await mayIn(house(), RULES)]).toEqual([true, true])
      })
    })

    it('A-461 is not done by a form of another site, or of nobody’s', async () => {
      const { agent, page } = await atPage(RULES)
      const fields = { current_password: RULES.password, password: NEW }
      const csrf = csrfOf(page)
      for (const answer of [
        await sendForm(agent, PASSWORD, fields),
        await sendForm(agent, PASSWORD, { ...fields, csrf: csrfOf((await atPage(OTHER)).page) }),
        await sendForm(agent, PASSWORD, { ...fields, csrf }, { origin: 'https://evil.example' }),
      ])
        expect(answer.status).toBe(403)
      expect(await mayIn(house(), RULES)).toBe(true)
    })

    it('says what is wrong with a new one, and changes nothing', async () => {
      const { agent, page } = await atPage(RULES)
      const { password: current } = RULES
      for (const [fields, words] of [
        [{ password: NEW }, 'Fill in every field.'],
        [{ current_password: current }, 'Fill in every field.'],
        [{ current_password: current, password: current }, 'That is the one you have.'],
        [{ current_password: current, password: 'short' }, 'role="alert"'],
        [{ current_password: current, password: 'password1234567890' }, 'role="alert"'],
      ] as const) {
        const answer = await agent.submit(page, PASSWORD, fields)
        expect([answer.status, answer.text.includes(words)]).toEqual([400, true])
        expect(answer.text).not.toContain(current)
      }
      expect(await mayIn(house(), RULES)).toBe(true)
    })

    it('wrong ones count as at a sign-in, and are told to the audit', async () => {
      const { agent, page } = await atPage(TRIES)
      const wrong = { current_password: 'not my password 1', password: NEW }
      let wrongOnes = 0
      for (; wrongOnes < 10; wrongOnes++) {
        const answer = await agent.submit(page, PASSWORD, wrong)
        if (answer.status === 429) break
        expect([answer.status, answer.text.includes('That isn’t your password.')]).toEqual([400, true])
      }
      expect(wrongOnes).toBeGreaterThan(0)
      expect(wrongOnes).toBeLessThanOrEqual(4)
      const right = { current_password: TRIES.password, password: NEW }
      const refused = await agent.submit(page, PASSWORD, right)
      expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
      expect((await login(agent, credentials(TRIES))).status).toBe(429)
      const told = (await trailOf(house())).filter(({ event }) => event.type === 'password.change_refused')
      expect(told.map(({ event }) => event['reason'])).toEqual(Array(wrongOnes).fill('wrong_password'))
    })

    it('a first one takes a fresh sign-in alone', async () => {
      const { agent } = await atPage(NONE)
      await within(house(), async ({ accounts }) => {
        const found = await accounts.users.findByEmailKey(NONE.email)
        await accounts.credentials.removePassword(found?.id ?? '')
      })
      const { page } = await atPage(NONE, agent)
      expect(page.text).not.toContain('name="current_password"')
      expect((await agent.submit(page, PASSWORD, { password: NEW })).status).toBe(303)
      expect(await mayIn(house(), { ...NONE, password: NEW })).toBe(true)
    })
  },
  {
    setUp: { ...SET_UP, users: [...SET_UP.users, ...users] },
    env: { RATE_LIMIT_LOGIN_ACCOUNT: '4/15m', ...mails.env },
  },
)
