/** An account that its person deletes: what ends at once, what can be taken back, and what a later one has of it. */
import { afterAll, beforeEach, expect, it } from 'vitest'
import { mayOpen, openAccount } from '../support/account.ts'
import { credentials, login, refreshBy } from '../support/first-party.ts'
import { agentOf, authorizationRequest, follow, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { setPasswordLink, within } from '../support/within.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'
import { SOON, userinfo } from './probes.ts'
import { askToReset, linksTo, linkTo, useLink } from './resets.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const [PAGE, KEEP] = ['/account/delete', '/account/keep']
const passwordOf = (name: string) => `the password of ${name} 1`
const person = (name: string) => ({
  email: `${name}@example.com`,
  ...{ email_verified: true, name: `${name} of the tests`, password: passwordOf(name) },
})
const setUp = { ...SET_UP, users: [...SET_UP.users, { ...person('goes'), locale: 'de' }, person('stays')] }
const asPerson = (name: string, password = passwordOf(name)) => ({ email: `${name}@example.com`, password })

onBothStorages(
  (house) => {
    beforeEach(() => {
      mails.received.length = 0
    })
    let addresses = 0
    const stranger = () => browserAt(house(), `198.18.${++addresses}.1`)
    const mayIn = async (name: string) =>
      (await login(stranger(), credentials(asPerson(name)))).status === 200
    const subjectsTo = (name: string) =>
      mails.received
        .filter(({ to }) => [to].flat().some((one) => one?.text === `${name}@example.com`))
        .map(({ subject }) => subject)
    const accountOf = (name: string) =>
      within(house(), ({ accounts }) => accounts.users.findByEmailKey(`${name}@example.com`))

    /** Signed in three ways, then the account is deleted on its page. */
    const leave = async (name: string) => {
      const me = asPerson(name)
      const app = agentOf(house())
      const { tokens } = await signIn(house(), app, PORTAL, undefined, me)
      const script = stranger()
      await login(script, credentials(me))
      const { agent, page } = await openAccount(house(), { path: PAGE, person: me })
      const sent = await agent.submit(page, PAGE, { delete: 'yes' })
      expect(sent.location).toBe('http://localhost:3000/account/deleted')
      expect((await agent.request('/account/deleted')).text).toContain('14 days')
      const ended = async () => {
        await expect.poll(() => mayOpen(agent), SOON).toBe(false)
        await expect
          .poll(async () => (await refresh(app, PORTAL, tokens.refresh_token)).status, SOON)
          .toBe(400)
        await expect.poll(async () => (await refreshBy(script)).status, SOON).toBe(401)
        await expect.poll(async () => (await userinfo(app, tokens.access_token)).status, SOON).toBe(401)
      }
      await ended()
      return { agent, app, tokens, ended }
    }

    it('A-569 can be kept during the wait: nobody signs in to it, and nothing of before comes back', async () => {
      const setting = await setPasswordLink(house(), 'stays@example.com')
      const { ended } = await leave('stays')
      expect(await mayIn('stays')).toBe(false)
      expect((await stranger().request(setting)).status).toBe(400)
      await askToReset(stranger(), 'stays@example.com')
      const link = await linkTo(mails, 'stays@example.com', KEEP)
      const visitor = stranger()
      for (const method of ['GET', 'HEAD', 'GET'])
        expect((await visitor.request(link, { method })).status).toBe(200)
      expect((await visitor.submit(await visitor.request(link), link, { csrf: 'x' })).status).toBe(403)
      expect(await mayIn('stays')).toBe(false)
      const both = await Promise.all([useLink(visitor, link, {}), useLink(visitor, link, {})])
      expect(both.map(({ status }) => status).toSorted()).toEqual([303, 400])
      await expect.poll(() => mayIn('stays'), SOON).toBe(true)
      await ended()
      expect(linksTo(mails, 'stays@example.com', '/reset/password')).toEqual([])
      // Its time comes all the same: nothing is deleted.
      const before = await accountOf('stays')
      expect(await within(house(), ({ deleteDue }) => deleteDue(before?.id ?? '', { actor: 'test' }))).toBe(
        false,
      )
      const types = (await trailOf(house()))
        .filter(({ event }) => event['subject'] === before?.sub)
        .map(({ event }) => event.type)
      expect(types).toEqual(expect.arrayContaining(['user.deletion_asked', 'user.deletion_cancelled']))
      expect(subjectsTo('stays')).not.toContain('Your account was deleted')
    })

    it('A-569 is gone after the wait: a later one has another sub, and none of its consents, sessions, links', async () => {
      const { app, tokens } = await leave('goes')
      const link = await linkTo(mails, 'goes@example.com', KEEP)
      const before = await accountOf('goes')
      const [id = '', sub = ''] = [before?.id, before?.sub]
      await within(house(), async ({ deleteDue, database: { db } }) => {
        expect(await deleteDue(id, { actor: 'test' })).toBe(false)
        await db.updateTable('users').set({ delete_after: new Date() }).where('id', '=', id).execute()
        // The worker may be quicker.
        await deleteDue(id, { actor: 'gatehouse' })
      })
      expect(await accountOf('goes')).toBeUndefined()
      // In the language of who is gone; then nothing that waits or was sent holds their address.
      await expect.poll(() => subjectsTo('goes'), SOON).toContain('Ihr Konto wurde gelöscht')
      const kept = () =>
        within(house(), ({ database: { db } }) => db.selectFrom('outbox').select('payload').execute())
      await expect.poll(async () => JSON.stringify(await kept()), SOON).not.toContain('goes@example.com')
      expect(subjectsTo('goes').filter((subject) => subject === 'Ihr Konto wurde gelöscht')).toHaveLength(1)
      expect((await stranger().request(link)).status).toBe(400)

      await within(house(), async (core) => {
        const passwordHash = await core.hasher.hash(passwordOf('goes'))
        const made = { email: 'goes@example.com', emailVerified: true, passwordHash }
        expect((await core.createUser(made, { actor: 'test' })).ok).toBe(true)
        expect(await core.consents.list(sub)).toEqual([])
      })
      expect((await accountOf('goes'))?.sub).not.toBe(sub)
      expect((await refresh(app, PORTAL, tokens.refresh_token)).status).toBe(400)
      expect((await userinfo(app, tokens.access_token)).status).toBe(401)
      expect((await stranger().request(link)).status).toBe(400)
      // Consent is asked for as of a stranger: the browser that had a session has none.
      const { page } = await follow(app, house().issuer, authorizationRequest(PORTAL).url)
      expect(page.text).toContain('name="username"')
      const anew = await signIn(house(), agentOf(house()), PORTAL, undefined, asPerson('goes'))
      expect((await userinfo(agentOf(house()), anew.tokens.access_token)).json()['sub']).not.toBe(sub)
    })
  },
  { setUp, env: { ...BEHIND_PROXY, ...mails.env } },
)
