/** A passkey that the browser keeps by itself after a password, and the question whether somebody wants one. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { ageSignIn, csrfOf, openAccount, sendForm } from '../support/account.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { type Authenticator, createAuthenticator, type Options, UP } from '../support/authenticator.ts'
import { agentOf, exchange, follow, OWN, PORTAL, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { challengeAt, csrfIn, withPasskey } from '../support/passkeys.ts'
import { withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage } from './browsers.ts'

const PEOPLE = ['ada', 'bob', 'cy', 'dee', 'eve', 'fay', 'gil'].map((name) => ({
  ...{ email: `${name}@example.com`, email_verified: true, password: `a password of ${name}` },
}))
type Person = (typeof PEOPLE)[number]
type Seven = [Person, Person, Person, Person, Person, Person, Person]
const [ADA, BOB, CY, DEE, EVE, FAY, GIL] = PEOPLE as Seven
const PATH = '/account/passkeys'
/** What stands for the browser that nobody was asked by: no press, no finger. */
const NOBODY = { flags: 0 }

onBothStorages(
  (house) => {
    withoutFaults(house)

    const asks = ({ text }: Answer): boolean => text.includes('data-kept-passkey')
    const offers = ({ text }: Answer): boolean => text.includes('Sign in without your password')
    const passkeysOf = ({ email }: Person) =>
      within(house(), async ({ accounts: { users, credentials } }) => {
        const account = await users.findByEmailKey(email)
        const all = account === undefined ? [] : await credentials.of(account.id)
        return all.filter(({ method }) => method === 'passkey')
      })
    const at = async (person: Person, agent = agentOf(house())) => {
      const { page } = await openAccount(house(), { agent, person })
      return { agent, page, csrf: csrfOf(page) }
    }
    type Place = Pick<Awaited<ReturnType<typeof at>>, 'agent' | 'csrf'>
    const ask = ({ agent, csrf }: Place) => sendForm(agent, PATH, { csrf, action: 'challenge', silent: 'on' })
    const optionsOf = (asked: Answer) => asked.json()['challenge'] as Options
    const keep = async (place: Place, authenticator: Authenticator, lies = NOBODY): Promise<Answer> => {
      const response = authenticator.make(optionsOf(await ask(place)), lies)
      return sendForm(place.agent, PATH, { csrf: place.csrf, response: JSON.stringify(response) })
    }
    /** What a new browser is shown after the password. */
    const afterPassword = async ({ email, password }: Person) => {
      const agent = agentOf(house())
      const { at: first, page } = await atPage(house(), agent, OWN)
      const sent = await agent.submit(page, first, { username: email, password })
      return { agent, ...(await follow(agent, house().issuer, sent.location ?? first)) }
    }
    const isBack = ({ location = '' }: Answer): boolean => location.startsWith(`${OWN.redirectUri}?code=`)
    const signInBy = async (authenticator: Authenticator, agent = agentOf(house())): Promise<Agent> => {
      const { at: where, page } = await atPage(house(), agent, OWN)
      const response = authenticator.get(await challengeAt(agent, where, csrfIn(page.text)))
      const sent = await agent.submit(page, where, { method: 'passkey', response: JSON.stringify(response) })
      await follow(agent, house().issuer, sent.location ?? '')
      return agent
    }

    it('is kept without a press right after a password, told by mail, and proves nothing of this session', async () => {
      const place = await at(ADA)
      expect(asks(place.page)).toBe(true)
      const asked = await ask(place)
      expect(optionsOf(asked)).toMatchObject({
        excludeCredentials: [],
        authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
      })
      const kept = createAuthenticator()
      const response = JSON.stringify(kept.make(optionsOf(asked), NOBODY))
      const sent = await sendForm(place.agent, PATH, { csrf: place.csrf, response })
      expect([sent.status, sent.text]).toEqual([204, ''])
      expect(await passkeysOf(ADA)).toMatchObject([{ data: { id: kept.id, unasked: true } }])
      expect(optionsOf(await ask(place))).toMatchObject({ excludeCredentials: [{ id: kept.id }] })
      const wanted = await challengeAt(place.agent, PATH, place.csrf)
      expect(wanted).toMatchObject({ excludeCredentials: [], user: optionsOf(asked).user })
      expect((await place.agent.request(PATH)).text).toContain('Your browser kept it when you signed in.')
      const enrolled = (await trailOf(house())).find(({ event }) => event.type === 'mfa.enrolled')
      expect(enrolled?.event.details).toEqual({ method: 'passkey' })
      const mails = () => within(house(), ({ devMailbox }) => devMailbox.list())
      await expect
        .poll(async () => JSON.stringify(await mails()), { timeout: 10_000 })
        .toMatch(/passkey was added/)
      const { page, request } = await atPage(house(), place.agent, OWN)
      const code = new URL(page.location ?? '').searchParams.get('code') ?? ''
      const tokens = await exchange(place.agent, OWN, code, request.verifier)
      expect(decodeJwt(String(tokens.json()['id_token']))).toMatchObject({
        acr: 'urn:gatehouse:acr:1fa',
        amr: ['pwd'],
      })
    })

    it('is no second factor before its person has signed in with it: nobody is locked out by it', async () => {
      const kept = createAuthenticator()
      expect((await keep(await at(BOB), kept)).status).toBe(204)
      expect(offers((await at(BOB)).page)).toBe(false)
      const before = await afterPassword(BOB)
      expect(isBack(before.page)).toBe(true)
      expect((await before.agent.request('/account/recovery-codes')).text).not.toContain('name="make"')

      await signInBy(kept)
      expect(await passkeysOf(BOB)).toMatchObject([{ data: { id: kept.id } }])
      expect((await passkeysOf(BOB))[0]?.data).not.toHaveProperty('unasked')
      expect((await afterPassword(BOB)).page.text).toContain('Use your passkey')
    })

    it('A-461 with the password alone nobody has one kept for an account that has a second factor', async () => {
      const before = await at(CY)
      const options = optionsOf(await ask(before))
      await withTotp(house(), CY.email)
      // Signed in from before, when the password was enough.
      expect(asks(await before.agent.request('/account'))).toBe(false)
      expect(new URL((await ask(before)).location ?? '').pathname).toBe('/oauth2/authorize')
      const response = JSON.stringify(createAuthenticator().make(options, NOBODY))
      const sent = await sendForm(before.agent, PATH, { csrf: before.csrf, response })
      expect(new URL(sent.location ?? '').pathname).toBe('/oauth2/authorize')
      // Halfway through a sign-in there is nothing that could be asked.
      const { agent, page } = await afterPassword(CY)
      expect([page.text.includes('authenticator app'), asks(page)]).toEqual([true, false])
      const { location = '' } = await ask({ agent, csrf: csrfIn(page.text) })
      expect(new URL(location).pathname).toBe('/oauth2/authorize')
      expect(await passkeysOf(CY)).toEqual([])
    })

    it('A-463 not after five minutes, not in another session, not for who came by a passkey', async () => {
      const [here, there] = [await at(DEE), await at(DEE)]
      const response = JSON.stringify(createAuthenticator().make(optionsOf(await ask(here)), NOBODY))
      expect((await sendForm(there.agent, PATH, { csrf: there.csrf, response })).status).toBe(400)
      await ageSignIn(house(), here.agent, 301)
      expect(asks(await here.agent.request('/account'))).toBe(false)
      expect((await ask(here)).status).toBe(303)
      const agent = await signInBy(await withPasskey(house(), EVE.email))
      const page = await agent.request('/account')
      expect([page.status, asks(page)]).toEqual([200, false])
      const refused = await ask({ agent, csrf: csrfOf(page) })
      expect([refused.status, refused.json()]).toEqual([400, { error: 'not_offered' }])
      expect(await passkeysOf(DEE)).toEqual([])
    })

    it('a question to a person takes a person: without a press no answer to it counts', async () => {
      const place = await at(DEE)
      const options = await challengeAt(place.agent, PATH, place.csrf)
      expect(options).toMatchObject({ authenticatorSelection: { userVerification: 'required' } })
      for (const flags of [0, UP]) {
        const response = JSON.stringify(
          createAuthenticator().make(await challengeAt(place.agent, PATH, place.csrf), { flags }),
        )
        expect((await sendForm(place.agent, PATH, { csrf: place.csrf, response })).status).toBe(400)
      }
      expect(await passkeysOf(DEE)).toEqual([])
    })

    it('recovery codes stand for no passkey that nobody has used', async () => {
      const kept = createAuthenticator()
      expect((await keep(await at(FAY), kept)).status).toBe(204)
      await expect(withRecoveryCodes(house(), FAY.email)).rejects.toThrow()
      expect(isBack((await afterPassword(FAY)).page)).toBe(true)
    })

    it('is asked for on the page where an application is allowed, for who has just typed a password', async () => {
      const agent = agentOf(house())
      const { at: first, page } = await atPage(house(), agent, PORTAL)
      const sent = await agent.submit(page, first, { username: ADA.email, password: ADA.password })
      const consent = await follow(agent, house().issuer, sent.location ?? '')
      const kept = /data-kept-passkey="[^"]+" data-csrf="([^"]+)" data-at="([^"]+)"/.exec(consent.page.text)
      expect(kept?.[2]).toBe(PATH)
      expect((await ask({ agent, csrf: kept?.[1] ?? '' })).status).toBe(200)
      await ageSignIn(house(), agent, 301)
      expect(asks(await agent.request(consent.at))).toBe(false)
    })

    it('who has none is asked on the overview, until they say “not now”: they, in this browser', async () => {
      const place = await at(DEE)
      expect(offers(place.page)).toBe(true)
      const foreign = await sendForm(place.agent, '/account', { csrf: 'A'.repeat(86), action: 'not_now' })
      expect([foreign.status, offers(foreign)]).toEqual([403, true])
      const sent = await sendForm(place.agent, '/account', { csrf: place.csrf, action: 'not_now' })
      expect([sent.status, sent.location]).toEqual([303, `${house().issuer}/account?done=passkey_not_now`])
      const { page } = await follow(place.agent, house().issuer, sent.location ?? '')
      expect([page.text.includes('You aren’t asked again here for 90 days.'), offers(page)]).toEqual([
        true,
        false,
      ])
      expect(offers((await at(DEE)).page)).toBe(true)
      // Somebody else at the same machine.
      await sendForm(place.agent, '/account/sign-out', { csrf: place.csrf })
      expect(offers((await at(GIL, place.agent)).page)).toBe(true)
      await withPasskey(house(), GIL.email)
      expect(offers(await place.agent.request('/account'))).toBe(false)
    })
  },
  { env: { RATE_LIMIT_LOGIN_ADDRESS: '1000/15m' }, setUp: { ...SET_UP, users: PEOPLE } },
)
