/** "That wasn't me": the link in the mail about a sign-in, what opening it does not do, and what its button does. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { codeOf, credentials, login, refreshBy } from '../support/first-party.ts'
import { agentOf, PERSON } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { setPasswordLink } from '../support/within.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'
import { onDatabase, SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }

onBothStorages(
  (house, storage) => {
    beforeEach(() => {
      mails.received.length = 0
    })

    /** Signs in on a new device; the agent, and the link in the mail about it. */
    const signInAt = async (address: string, person: typeof PERSON) => {
      const agent = browserAt(house(), address)
      expect((await login(agent, credentials(person))).status).toBe(200)
      const find = () => mails.received.find(({ text }) => text?.includes(`Address: ${address}`))
      await expect.poll(find, SOON).toBeDefined()
      const text = find()?.text ?? ''
      return { agent, link: /http:\/\/localhost:3000(\/not-me\?token=[\w-]{43})\n/.exec(text)?.[1] ?? '' }
    }
    const lives = async ({ agent }: { agent: ReturnType<typeof agentOf> }) => (await refreshBy(agent)).status

    describe('the link in a mail about a sign-in', () => {
      it('ends that device, those that were new since, and the password, and leads on to a new one', async () => {
        const mine = await signInAt('192.0.2.7', PERSON)
        const theirs = await signInAt('198.51.100.7', PERSON)
        const again = browserAt(house(), '198.51.100.7')
        expect((await login(again, credentials(PERSON))).status).toBe(200)
        expect(theirs.link).not.toBe('')

        const visitor = agentOf(house())
        for (let scan = 0; scan < 3; scan++) expect((await visitor.request(theirs.link)).status).toBe(200)
        expect((await visitor.request(theirs.link, { form: { csrf: 'x' } })).status).toBe(403)
        const head = await visitor.request(theirs.link, { method: 'HEAD' })
        expect([head.status, await lives(theirs), await lives(mine)]).toEqual([200, 200, 200])

        const page = await visitor.request(theirs.link)
        expect(page.text).toContain(PERSON.email)
        const both = await Promise.all([1, 2].map(() => visitor.submit(page, theirs.link, {})))
        expect(both.map(({ status }) => status).toSorted()).toEqual([303, 400])
        const [done] = both.filter(({ status }) => status === 303)
        expect(done?.location).toMatch(/^http:\/\/localhost:3000\/set-password\?token=[\w-]{43}$/)

        for (const gone of [theirs, { agent: again }]) await expect.poll(() => lives(gone), SOON).toBe(401)
        expect(await lives(mine)).toBe(200)
        const old = await login(agentOf(house()), credentials(PERSON))
        expect(codeOf(old)).toEqual([401, 'invalid_credentials'])

        const next = done?.location ?? ''
        const password = 'an engine of my own 1843'
        const set = await visitor.submit(await visitor.request(next), next, { password })
        expect(set.status).toBe(200)
        expect((await login(mine.agent, credentials({ ...PERSON, password }))).status).toBe(200)
        // Used once, it is good no more.
        expect((await visitor.request(theirs.link)).status).toBe(400)
        expect((await visitor.submit(page, theirs.link, {})).status).toBe(400)

        const trail = await trailOf(house())
        const types = trail.map(({ event }) => event.type)
        for (const once of ['password.removed', 'login.disowned'])
          expect(types.filter((type) => type === once)).toHaveLength(1)
        const devices = trail.filter(({ event }) => event.type === 'device.revoked')
        expect(new Set(devices.map(({ event }) => event.details?.['device'])).size).toBe(2)
        expect(trail.find(({ event }) => event.type === 'login.disowned')?.event).toMatchObject({
          details: { ended: 'device' },
        })
      })

      it('A-911 stands in the mail alone: no store has what it says', async () => {
        const { link } = await signInAt('203.0.113.8', GRACE)
        const token = new URL(link, 'http://x').searchParams.get('token') ?? ''
        expect(house().log()).not.toContain(token)
        if (storage === 'redis')
          for (const table of ['outbox', 'account_links', 'event_inbox', 'audit_events'])
            expect(JSON.stringify(await onDatabase(house(), `select * from ${table}`))).not.toContain(token)
        // It is no link that sets a password, nor is such a one of its kind.
        const visitor = agentOf(house())
        expect((await visitor.request(`/set-password?token=${token}`)).status).toBe(400)
        const setting = await setPasswordLink(house(), GRACE.email)
        expect((await visitor.request(setting.replace('/set-password', '/not-me'))).status).toBe(400)
        // Once an operator has acted, what was sent before undoes nothing.
        await house().run(['user', 'set-password', GRACE.email], { input: 'set by an operator 1\n' })
        expect((await visitor.request(link)).status).toBe(400)
      })
    })
  },
  { env: { ...BEHIND_PROXY, ...mails.env } },
)
