/** What a person connects elsewhere, at `/account/identities`: who may, to whom it belongs, and how it ends. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ageSignIn, csrfOf, expectAsked, openAccount, sendForm } from '../support/account.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { away, comeBack, connectorFor, setUpConnectors } from '../support/federation.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, follow, SET_UP } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { type OpenIdProvider, openOpenIdProvider } from '../support/openid-provider.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, within } from '../support/within.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { isSignedIn } from './browsers.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'
import { SOON } from './probes.ts'

const IDENTITIES = '/account/identities'
const mails = await startMailServer()
let acme: OpenIdProvider
beforeAll(async () => {
  acme = await openOpenIdProvider()
})
afterAll(async () => {
  acme.stop()
  await mails.close()
})
beforeEach(() => {
  acme.does = {}
  acme.isTerse = false
  mails.received.length = 0
})

/** People of one test each. */
const NAMES = [
  'ada',
  'stale',
  'forged',
  'tossed',
  'twice',
  'one',
  'two',
  'ended',
  'asked',
  'off',
  'last',
  'not-me',
  'other',
] as const
type Name = (typeof NAMES)[number]
const person = (name: Name) => ({ email: `${name}@example.com`, password: `the password of ${name} 1` })
const users = NAMES.map((name) => ({ ...person(name), email_verified: true }))
const subjectsTo = (name: Name) => mails.subjectsTo(person(name).email)

onBothStorages(
  (house) => {
    withoutFaults(house)
    beforeAll(() => house().apply({ version: 1, connectors: [connectorFor('acme', acme)] }))

    const open = (name: Name, agent?: Agent) =>
      openAccount(house(), { path: IDENTITIES, person: person(name), ...(agent && { agent }) })
    /** On the way there: where the page leads that goes on by itself. */
    const leave = async (agent: Agent, page: Answer): Promise<URL> => {
      const sent = await agent.submit(page, IDENTITIES, { connect: 'acme' })
      expect(sent.status).toBe(200)
      const to = /^0;url=(.*)$/.exec(sent.headers.get('refresh') ?? '')?.[1] ?? ''
      expect(sent.text).toContain(`href="${to.replaceAll('&', '&amp;')}"`)
      return new URL(to)
    }
    /** Back from there, as somebody. */
    const backAs = async (sub: string, to: URL): Promise<URL> => {
      acme.person = { sub, email: `${sub}@elsewhere.example` }
      return acme.visit(to.href)
    }
    const connectAs = async (name: Name, sub: string) => {
      const { agent, page } = await open(name)
      const back = await backAs(sub, await leave(agent, page))
      return { agent, back, after: await comeBack(house(), agent, back) }
    }
    /** Whether who is this there comes in here. */
    const comesInAs = async (sub: string): Promise<boolean> => {
      acme.person = { sub }
      const { agent, back } = await away(house(), 'acme', acme)
      await comeBack(house(), agent, back)
      return isSignedIn(agent)
    }
    const idsOn = ({ text }: Answer): string[] =>
      [...text.matchAll(/name="remove" value="([^"]+)"/g)].map(([, id = '']) => id)
    const happened = async (type: string, name: Name) => {
      const account = await within(house(), ({ accounts }) =>
        accounts.users.findByEmailKey(person(name).email),
      )
      return (await trailOf(house())).filter(
        ({ event }) => event.type === type && event['subject'] === account?.sub,
      )
    }

    it('it is connected, told, used, and disconnected, and opens nothing from then on', async () => {
      expect(await comesInAs('ada-there')).toBe(false)
      const { agent, page } = await open('ada')
      expect(idsOn(page)).toEqual([])
      const to = await leave(agent, page)
      // Whoever is signed in there may be somebody else who used this browser.
      expect(to.searchParams.get('prompt')).toBe('login')
      const after = await comeBack(house(), agent, await backAs('ada-there', to))
      expect(after.status).toBe(200)
      expect(after.text).toContain('Account connected.')
      expect(after.text).toContain('ada-there@elsewhere.example')
      const [linked, ...more] = await happened('identity.linked', 'ada')
      expect([linked?.event.details, more]).toEqual([{ connector: 'acme' }, []])
      expect(JSON.stringify(linked)).not.toContain('ada-there')
      await expect.poll(() => subjectsTo('ada'), SOON).toContain('An account elsewhere was connected')

      expect(await comesInAs('ada-there')).toBe(true)
      expect(await comesInAs('ADA-there')).toBe(false)
      const [id = ''] = idsOn(await agent.request(IDENTITIES))
      const removed = await agent.submit(after, IDENTITIES, { remove: id })
      expect(removed.location).toBe(`${house().issuer}${IDENTITIES}?done=identity_unlinked`)
      expect(await comesInAs('ada-there')).toBe(false)
      expect((await happened('identity.unlinked', 'ada')).map(({ event }) => event.details)).toEqual([
        { connector: 'acme' },
      ])
      await expect.poll(() => subjectsTo('ada'), SOON).toContain('An account elsewhere was disconnected')
      const activity = await agent.request('/account/activity')
      expect(activity.text).toContain('An account elsewhere was connected')
    })

    it('what one is called there is asked for where it doesn’t come along, and is theirs alone to see', async () => {
      acme.isTerse = true
      const { after } = await connectAs('ada', 'ada-too')
      expect(after.text).toContain('ada-too@elsewhere.example')
      expect(JSON.stringify(await trailOf(house()))).not.toContain('elsewhere.example')
      expect(house().log()).not.toContain('elsewhere.example')
    })

    it('A-463 whose sign-in is too old is asked for another one, and nothing is begun', async () => {
      const { agent, page } = await open('stale')
      await ageSignIn(house(), agent, 6 * 60)
      const asked = acme.asked.metadata
      expectAsked(await agent.submit(page, IDENTITIES, { connect: 'acme' }), '1fa')
      expect(acme.asked.metadata).toBe(asked)
    })

    it('A-461 a form of another site, session or making begins nothing and removes nothing', async () => {
      const { agent, after } = await connectAs('forged', 'forged-there')
      const [id = ''] = idsOn(after)
      const other = await open('other')
      const csrf = csrfOf(after)
      for (const fields of [{ connect: 'acme' }, { remove: id }] as Record<string, string>[]) {
        const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
        expect((await sendForm(agent, IDENTITIES, { csrf, ...fields }, evil)).status).toBe(403)
        for (const wrong of ['', 'x', csrfOf(other.page)])
          expect((await sendForm(agent, IDENTITIES, { csrf: wrong, ...fields })).status).toBe(403)
        expect(
          (await agent.request(`${IDENTITIES}?${new URLSearchParams(fields)}`)).headers.has('refresh'),
        ).toBe(false)
      }
      expect((await other.agent.submit(other.page, IDENTITIES, { remove: id })).status).toBe(404)
      expect((await agent.submit(after, IDENTITIES, { remove: 'x' })).status).toBe(404)
      expect((await agent.submit(after, IDENTITIES, { connect: 'nowhere' })).status).toBe(404)
      expect(idsOn(await agent.request(IDENTITIES))).toEqual([id])
    })

    it('A-652 what an attacker has begun connects nothing of a victim, nor what a victim has begun of an attacker', async () => {
      const attacker = await open('tossed')
      const victim = await open('other')
      // The attacker's answer, in the victim's browser: their own identity would open the victim's account.
      const his = await backAs('attacker-there', await leave(attacker.agent, attacker.page))
      expectPage(await comeBack(house(), victim.agent, his), 400, 'interaction_expired')
      // The victim's, in the attacker's: it would give the attacker's account what the victim signs in with.
      const hers = await backAs('victim-there', await leave(victim.agent, victim.page))
      expectPage(await comeBack(house(), attacker.agent, hers), 400, 'interaction_expired')
      for (const { agent } of [attacker, victim]) expect(idsOn(await agent.request(IDENTITIES))).toEqual([])
      expect(await comesInAs('attacker-there')).toBe(false)
      expect(await comesInAs('victim-there')).toBe(false)
    })

    it('A-602 it is for the session in which it was begun: whoever signed in since gets nothing of it', async () => {
      // Another person, and the same one anew.
      for (const then of ['other', 'tossed'] as const) {
        const { agent, page } = await open('tossed')
        const back = await backAs('left-there', await leave(agent, page))
        await agent.submit(page, '/account/sign-out', {})
        await openAccount(house(), { agent, path: IDENTITIES, person: person(then) })
        expectPage(await comeBack(house(), agent, back), 400, 'interaction_expired')
        expect(idsOn(await agent.request(IDENTITIES))).toEqual([])
      }
      expect(await comesInAs('left-there')).toBe(false)
    })

    it('A-662 of any number of answers at once one counts', async () => {
      const { agent, page } = await open('twice')
      const back = await backAs('twice-there', await leave(agent, page))
      const nodes = house().nodes.map(({ url }) => url)
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          agent.request(`${back.pathname}${back.search}`, { node: nodes[n % nodes.length] ?? '' }),
        ),
      )
      expect(all.filter(({ status }) => status === 303)).toHaveLength(1)
      expect(idsOn(await agent.request(IDENTITIES))).toHaveLength(1)
      expect(await happened('identity.linked', 'twice')).toHaveLength(1)
    })

    it('an identity is of one account: of two who connect it at once one has it, and the other is told', async () => {
      const people = await Promise.all((['one', 'two'] as const).map((name) => open(name)))
      const leaving = []
      for (const { agent, page } of people)
        leaving.push({ agent, back: await backAs('shared-there', await leave(agent, page)) })
      const nodes = house().nodes.map(({ url }) => url)
      const answers = await Promise.all(
        leaving.map(({ agent, back }, n) =>
          agent.request(`${back.pathname}${back.search}`, { node: nodes[n % nodes.length] ?? '' }),
        ),
      )
      const said = answers.map(({ location = '' }) => new URL(location).search)
      expect(said.toSorted()).toEqual(['?done=identity_linked', '?error=taken&at=acme'])
      const late = await connectAs('one', 'shared-there')
      expect([late.after.status, late.after.text.includes('is connected already')]).toEqual([400, true])
      expect(
        (await happened('identity.linked', 'one')).length + (await happened('identity.linked', 'two')).length,
      ).toBe(1)
    })

    it('A-415 who was disabled, or signed out everywhere, on the way has connected nothing', async () => {
      const { agent, page } = await open('ended')
      const back = await backAs('ended-there', await leave(agent, page))
      await commandWithin(house(), ['user', 'disable', person('ended').email])
      await expect.poll(async () => (await agent.request(IDENTITIES)).status, SOON).not.toBe(200)
      expectPage(await comeBack(house(), agent, back), 400, 'interaction_expired')
      await commandWithin(house(), ['user', 'enable', person('ended').email])
      expect(await comesInAs('ended-there')).toBe(false)
    })

    it('what comes to nothing there is said, and connects nothing', async () => {
      const outcomes = [
        [{ response: { code: undefined, error: 'access_denied' } }, 400, 'That ended at '],
        [{ claims: { nonce: 'another' } }, 503, 'could not say who you are'],
        // Whoever was signed in there was not asked.
        [{ claims: { auth_time: 1_700_000_000 } }, 503, 'could not say who you are'],
      ] as const
      for (const [does, status, says] of outcomes) {
        const { agent, page } = await open('asked')
        const to = await leave(agent, page)
        acme.does = does
        const after = await comeBack(house(), agent, await backAs('asked-there', to))
        expect([after.status, after.text.includes(says), idsOn(after)]).toEqual([status, true, []])
        acme.does = {}
      }
      const { agent } = await open('asked')
      for (const query of ['error=x&at=acme', 'error=taken&at=%3Cb%3E', 'error=taken', 'done=x'])
        expect((await agent.request(`${IDENTITIES}?${query}`)).text).not.toContain('role="alert"')
    })

    it('what is switched off is shown and can be disconnected, and nobody comes in by it', async () => {
      await setUpConnectors(house(), [connectorFor('short', acme)])
      const { agent, page } = await open('off')
      const sent = await agent.submit(page, IDENTITIES, { connect: 'short' })
      const to = /url=(.*)$/.exec(sent.headers.get('refresh') ?? '')?.[1] ?? ''
      const after = await comeBack(house(), agent, await backAs('off-there', new URL(to)))
      expect(after.text).toContain('Account connected.')
      await setUpConnectors(house(), [{ ...connectorFor('short', acme), disabled: true }])
      const shown = await agent.request(IDENTITIES)
      expect(shown.text).toContain('have switched this off')
      expect(shown.text).not.toContain('value="short"')
      const [id = ''] = idsOn(shown)
      expect((await agent.submit(shown, IDENTITIES, { remove: id })).status).toBe(303)
    })

    it('A-401 the last way in is not taken away, and a password that is not there is a wrong one', async () => {
      const { agent, after } = await connectAs('last', 'last-there')
      await within(house(), async ({ accounts }) => {
        const account = await accounts.users.findByEmailKey(person('last').email)
        await accounts.credentials.removePassword(account?.id ?? '')
      })
      const [id = ''] = idsOn(after)
      expect((await agent.submit(after, IDENTITIES, { remove: id })).status).toBe(409)
      expect(await comesInAs('last-there')).toBe(true)
      // Nor does anybody hear that there is no password.
      expect((await login(agentOf(house()), credentials(person('last')))).json()['code']).toBe(
        'invalid_credentials',
      )
    })

    it('"that wasn’t me" takes away what was connected, too', async () => {
      await connectAs('not-me', 'thief-there')
      expect(await comesInAs('thief-there')).toBe(true)
      const agent = browserAt(house(), '203.0.113.9')
      expect((await login(agent, credentials(person('not-me')))).status).toBe(200)
      const find = () =>
        mails.received.find(
          ({ to, text }) =>
            [to].flat()[0]?.text === person('not-me').email && text?.includes('/not-me?token='),
        )
      await expect.poll(find, SOON).toBeDefined()
      const link = /http:\/\/localhost:3000(\/not-me\?token=[\w-]{43})/.exec(find()?.text ?? '')?.[1] ?? ''
      const visitor = agentOf(house())
      const page = await visitor.request(link)
      expect((await visitor.submit(page, link, {})).status).toBe(303)
      expect(await comesInAs('thief-there')).toBe(false)
      expect(await happened('identity.unlinked', 'not-me')).toHaveLength(1)
    })

    it('a page of the account is reached by it, with a sign-in there that is new enough', async () => {
      await connectAs('asked', 'goes-there')
      acme.person = { sub: 'goes-there', auth_time: Math.floor(Date.now() / 1000) - 3600 }
      const agent = browserAt(house(), '203.0.113.10')
      const opened = await follow(agent, house().issuer, '/account/password')
      const link = /href="(\/federation\/acme\/login\?uid=[\w-]+)"/.exec(opened.page.text)?.[1] ?? ''
      const { location = '' } = await agent.request(link)
      const back = await acme.visit(location)
      const first = await follow(agent, house().issuer, back.href)
      // They are signed in, since an hour; a change of the password takes a proof of now.
      expect(new URL(first.at, house().issuer).pathname).toMatch(/^\/interaction\//)
      const again = /href="(\/federation\/acme\/login\?uid=[\w-]+)"/.exec(first.page.text)?.[1] ?? ''
      const sent = new URL((await agent.request(again)).location ?? '')
      expect(sent.searchParams.get('max_age')).toBe('300')
      acme.person = { sub: 'goes-there', auth_time: Math.floor(Date.now() / 1000) }
      const after = await follow(agent, house().issuer, (await acme.visit(sent.href)).href)
      expect([after.page.status, new URL(after.at, house().issuer).pathname]).toEqual([
        200,
        '/account/password',
      ])
    })
  },
  {
    setUp: { ...SET_UP, users },
    env: { OUTBOUND_ALLOW_PRIVATE: 'true', ...BEHIND_PROXY, ...mails.env },
  },
)
