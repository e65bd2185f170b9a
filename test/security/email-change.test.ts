/** The address of an account: proving it, changing it by the consent of both, and taking a change back. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { csrfOf, mayOpen, openAccount, sendForm } from '../support/account.ts'
import type { Agent } from '../support/agent.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, PERSON, PORTAL, SET_UP, signIn } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, within } from '../support/within.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'
import { SOON, userinfo } from './probes.ts'
import { linkTo, useLink } from './resets.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const PAGE = '/account/email'
const [VERIFY, CONFIRM_NEW, CONFIRM_OLD, UNDO] = [
  '/account/email/verify',
  '/account/email/confirm',
  '/email/confirm',
  '/email/undo',
]

const passwordOf = (name: string) => `the password of ${name} 1`
const person = (name: string, verified = true) => ({
  email: `${name}@example.com`,
  ...{ email_verified: verified, name: `${name} of the tests`, password: passwordOf(name) },
})
const NAMES = ['moves', 'stale', 'keeps', 'leaves', 'again'] as const
const setUp = {
  ...SET_UP,
  users: [
    ...SET_UP.users,
    ...NAMES.map((name) => person(name)),
    person('fresh', false),
    person('typo', false),
  ],
}
const asPerson = (name: string) => ({ email: `${name}@example.com`, password: passwordOf(name) })

onBothStorages(
  (house) => {
    beforeEach(() => {
      mails.received.length = 0
    })
    const open = (name: string, path = PAGE, agent = agentOf(house())) =>
      openAccount(house(), { agent, path, person: asPerson(name) })
    const accountOf = (email: string) =>
      within(house(), ({ accounts }) => accounts.users.findByEmailKey(email))
    let addresses = 0
    const mayIn = async (email: string, password: string) =>
      (await login(browserAt(house(), `198.18.${++addresses}.1`), credentials({ email, password })))
        .status === 200

    /** Asks for another address; the agent, and the links that go to both. */
    const askFor = async (name: string, email: string) => {
      const { agent, page } = await open(name)
      const sent = await agent.submit(page, PAGE, { email })
      expect(sent.location).toBe(`http://localhost:3000${PAGE}?done=email_asked`)
      return agent
    }
    const pressed = (agent: Agent, link: string) => useLink(agent, link, {})

    describe('proving an address', () => {
      it('A-559 is done by who has the account and reads the mail, once, for the address of that moment', async () => {
        const { agent, page } = await open('fresh')
        expect(page.text).toContain('name="verify"')
        await agent.submit(page, PAGE, { verify: 'yes' })
        const link = await linkTo(mails, 'fresh@example.com', VERIFY)
        // Nobody is signed in there, or somebody else.
        expect(await mayOpen(agentOf(house()), link)).toBe(false)
        const { agent: other } = await openAccount(house())
        expect((await other.request(link)).status).toBe(400)
        expect((await sendForm(other, link, { csrf: csrfOf(await other.request(PAGE)) })).status).toBe(400)
        expect((await accountOf('fresh@example.com'))?.emailVerified).toBe(false)
        for (const method of ['GET', 'HEAD', 'GET'])
          expect((await agent.request(link, { method })).status).toBe(200)
        expect((await accountOf('fresh@example.com'))?.emailVerified).toBe(false)
        expect((await pressed(agent, link)).location).toContain('done=email_verified')
        expect((await accountOf('fresh@example.com'))?.emailVerified).toBe(true)
        expect((await pressed(agent, link)).status).toBe(400)
      })

      it('A-559 proves nothing once the account has another address', async () => {
        const german = agentOf(house(), 0, { 'accept-language': 'de' })
        const { agent, page } = await open('typo', PAGE, german)
        await agent.submit(page, PAGE, { verify: 'yes' })
        const link = await linkTo(mails, 'typo@example.com', VERIFY)
        // They have never said their language: it is that in which they asked.
        const mail = mails.received.find(({ text }) => text?.includes(link))
        expect(mail?.subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse')
        await within(house(), async ({ accounts: { users } }) => {
          const account = await users.findByEmailKey('typo@example.com')
          const to = { email: 'right@example.com', key: 'right@example.com', verified: false }
          await users.changeEmail(account?.id ?? '', to, Date.now())
        })
        expect((await agent.request(link)).status).toBe(400)
        expect((await sendForm(agent, link, { csrf: csrfOf(await agent.request(PAGE)) })).status).toBe(400)
        expect((await accountOf('right@example.com'))?.emailVerified).toBe(false)
      })
    })

    describe('changing an address', () => {
      it('A-568 takes a yes of both; the sub stays, and the old one can take it back', async () => {
        const [old, next] = ['moves@example.com', 'moved@example.org']
        const { tokens } = await signIn(house(), agentOf(house()), PORTAL, undefined, asPerson('moves'))
        const before = (await userinfo(agentOf(house()), tokens.access_token)).json()
        const agent = await askFor('moves', next)
        expect((await agent.request(PAGE)).text).toContain(next)
        const [yes, mine] = [await linkTo(mails, old, CONFIRM_OLD), await linkTo(mails, next, CONFIRM_NEW)]
        // The new mailbox may be a stranger's: it is told nothing of the account.
        expect(mails.received.find(({ to }) => [to].flat()[0]?.text === next)?.text).not.toContain('moves')

        const reader = browserAt(house(), '203.0.113.5')
        for (const method of ['GET', 'HEAD', 'GET'])
          expect((await reader.request(yes, { method })).status).toBe(200)
        expect((await pressed(agent, mine)).location).toContain('done=email_confirmed')
        expect(await accountOf(next)).toBeUndefined()
        const both = await Promise.all([pressed(reader, yes), pressed(reader, yes)])
        expect(both.map(({ status }) => status).toSorted()).toEqual([303, 400])
        expect(await accountOf(old)).toBeUndefined()
        expect(await accountOf(next)).toMatchObject({ emailVerified: true, sub: before['sub'] })

        await expect
          .poll(async () => (await userinfo(agentOf(house()), tokens.access_token)).json(), SOON)
          .toMatchObject({ sub: before['sub'], email: next, email_verified: true })
        expect([await mayIn(old, passwordOf('moves')), await mayIn(next, passwordOf('moves'))]).toEqual([
          false,
          true,
        ])
        expect(await mayOpen(agent)).toBe(true)

        const undo = await linkTo(mails, old, UNDO)
        for (const method of ['GET', 'HEAD', 'GET'])
          expect((await reader.request(undo, { method })).status).toBe(200)
        expect((await accountOf(next))?.sub).toBe(before['sub'])
        const back = await Promise.all([pressed(reader, undo), pressed(reader, undo)])
        expect(back.map(({ status }) => status).toSorted()).toEqual([303, 400])
        expect((await accountOf(old))?.sub).toBe(before['sub'])
        await expect.poll(() => mayOpen(agent), SOON).toBe(false)
        expect(await mayIn(old, passwordOf('moves'))).toBe(false)
        const setting = back.find(({ status }) => status === 303)?.location ?? ''
        expect(new URL(setting).pathname).toBe('/set-password')
        await useLink(reader, setting, { password: 'an engine of my own 1843' })
        expect(await mayIn(old, 'an engine of my own 1843')).toBe(true)
        expect((await reader.request(undo)).status).toBe(400)

        const types = (await trailOf(house()))
          .filter(({ event }) => event['subject'] === before['sub'])
          .map(({ event }) => event.type)
        for (const type of [
          'email.change_asked',
          'email.changed',
          'email.change_reverted',
          'user.tokens_revoked',
        ])
          expect(types.filter((one) => one === type)).toHaveLength(1)
      })

      it('A-557 A-559 is not done by a click of somebody who has no session of the account', async () => {
        const agent = await askFor('stale', 'victim@example.org')
        const link = await linkTo(mails, 'victim@example.org', CONFIRM_NEW)
        expect(await mayOpen(agentOf(house()), link)).toBe(false)
        const { agent: other } = await openAccount(house())
        expect((await other.request(link)).status).toBe(400)
        expect((await sendForm(other, link, { csrf: csrfOf(await other.request(PAGE)) })).status).toBe(400)

        // The owner of the address has an account of their own by now.
        expect((await pressed(agent, await linkTo(mails, 'stale@example.com', CONFIRM_OLD))).status).toBe(303)
        await commandWithin(house(), ['user', 'create', 'victim@example.org'])
        const victim = await accountOf('victim@example.org')
        expect((await pressed(agent, link)).status).toBe(400)
        expect((await accountOf('victim@example.org'))?.sub).toBe(victim?.sub)
        expect(await accountOf('stale@example.com')).toBeDefined()
      })

      it('A-559 ends with a reset: a change that was begun before is dead', async () => {
        const agent = await askFor('leaves', 'elsewhere@example.org')
        const links = [
          await linkTo(mails, 'leaves@example.com', CONFIRM_OLD),
          await linkTo(mails, 'elsewhere@example.org', CONFIRM_NEW),
        ]
        const visitor = browserAt(house(), '203.0.113.6')
        await visitor.submit(await visitor.request('/reset'), '/reset', { username: 'leaves@example.com' })
        const reset = await linkTo(mails, 'leaves@example.com', '/reset/password')
        expect((await useLink(visitor, reset, { password: 'a password after all 1850' })).status).toBe(303)
        await expect.poll(() => mayOpen(agent), SOON).toBe(false)
        const [old = '', mine = ''] = links
        expect((await visitor.request(old)).status).toBe(400)
        const me = { email: 'leaves@example.com', password: 'a password after all 1850' }
        const { agent: again } = await openAccount(house(), { agent, person: me })
        expect((await again.request(mine)).status).toBe(400)
        expect(await accountOf('elsewhere@example.org')).toBeUndefined()
      })

      it('A-402 says nothing of whose the new address is, and tells its owner', async () => {
        const [known, unknown] = await Promise.all(
          [
            { name: 'keeps', email: PERSON.email },
            { name: 'again', email: 'nobody@example.org' },
          ].map(async ({ name, email }) => {
            const { agent, page } = await open(name)
            const { status, location, text } = await agent.submit(page, PAGE, { email })
            return { status, location, text }
          }),
        )
        expect(known).toEqual(unknown)
        await linkTo(mails, 'nobody@example.org', CONFIRM_NEW)
        const toOwner = () => mails.received.filter(({ to }) => [to].flat()[0]?.text === PERSON.email)
        const subjects = () => toOwner().map(({ subject }) => subject)
        await expect.poll(subjects, SOON).toContain('You have an account already')
        for (const { text } of toOwner()) expect(text).not.toMatch(/keeps|email\/confirm/)
        const { agent, page } = await open('keeps')
        for (const email of [
          'no address',
          ' ',
          'keeps@example.com',
          'KEEPS@example.com',
          'a@b\r\nBcc: c@d',
        ]) {
          const { status, text } = await agent.submit(page, PAGE, { email })
          expect([status, text.includes('role="alert"')]).toEqual([400, true])
        }
        expect((await agent.submit(page, PAGE, { withdraw: 'yes' })).location).toContain('done=email_kept')
        const old = await linkTo(mails, 'keeps@example.com', CONFIRM_OLD)
        expect((await agent.request(old)).status).toBe(400)
      })
    })
  },
  { setUp, env: { ...BEHIND_PROXY, ...mails.env } },
)
