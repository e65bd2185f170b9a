/** Somebody of whom more is demanded than they have: what they may add on the way through a sign-in, and who may not. */
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { createHandles } from '../../src/provider/handles.ts'
import { createStates } from '../../src/sign-in/states.ts'
import { mayOpen, openAccount, sendForm } from '../support/account.ts'
import { type Agent, type Answer, hiddenFields } from '../support/agent.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { credentials, login } from '../support/first-party.ts'
import { agentOf, exchange, follow, OWN, type RelyingParty, SET_UP } from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { codesOn, secretOn } from '../support/own-factors.ts'
import { challengeAt, csrfIn } from '../support/passkeys.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, within, withinState } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, isSignedIn, OURS } from './browsers.ts'
import { dumpOf, textOf } from './dump.ts'
import { SOON } from './probes.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

/** People of one test each. */
const NAMES = [
  ...['adds', 'skips', 'wishes', 'needs', 'secrets', 'at-once', 'late', 'ended', 'stale', 'old', 'forms'],
  ...['planted', 'phr', 'key', 'barred', 'has', 'house', 'page', 'further', 'ended-further'],
] as const
type Name = (typeof NAMES)[number]
const person = (name: Name) => ({ email: `${name}@example.com`, password: `the password of ${name} 1` })
const users = NAMES.map((name) => ({ ...person(name), email_verified: true }))

const client = (clientId: string, signIn: object): [RelyingParty, object] => {
  const secret = `${clientId}-secret-0123456789`
  const rp = { clientId, secret, redirectUri: `https://${clientId}.example/cb` }
  const entry = { client_id: clientId, client_secret: secret, redirect_uris: [rp.redirectUri] }
  return [rp, { ...entry, first_party: true, sign_in: signIn }]
}
const [STRICT, strict] = client('strict', { level: '2fa' })
const [PHR, phr] = client('phr', { level: 'phr' })
const [BARRED, barred] = client('barred', { level: '2fa', methods: ['password', 'sms-code'] })
const NEEDS = { claims: '{"id_token":{"acr":{"essential":true,"value":"urn:gatehouse:acr:2fa"}}}' }

const subjectsTo = (name: Name) => mails.subjectsTo(person(name).email)

onBothStorages(
  (house) => {
    withoutFaults(house)

    interface Place {
      agent: Agent
      at: string
      page: Answer
      rp: RelyingParty
      verifier: string
    }
    /** The page that follows the password, which is sent to whatever page asks for it. */
    const afterPassword = async (
      name: Name,
      {
        rp = STRICT,
        over = {},
        agent = agentOf(house()),
      }: { rp?: RelyingParty; over?: object; agent?: Agent } = {},
    ): Promise<Place> => {
      const { request, at, page } = await atPage(house(), agent, rp, over as Record<string, string>)
      const sent = await agent.submit(page, at, {
        username: person(name).email,
        password: person(name).password,
      })
      const next = await follow(agent, house().issuer, sent.location ?? '')
      return { agent, ...next, rp, verifier: request.verifier }
    }
    const send = ({ agent, at, page }: Place, fields: Record<string, string>) =>
      agent.submit(page, at, fields)
    const next = async (place: Place, sent: Answer): Promise<Place> => ({
      ...place,
      ...(await follow(place.agent, house().issuer, sent.location ?? place.at)),
    })
    const confirm = async (place: Place) =>
      next(place, await send(place, { code: totpCode(secretOn(place.page)) }))
    const idTokenOf = async ({ agent, rp, verifier, page }: Place) => {
      const code = new URL(page.location ?? 'about:blank').searchParams.get('code') ?? ''
      return decodeJwt(String((await exchange(agent, rp, code, verifier)).json()['id_token']))
    }
    const factorsOf = (name: Name) =>
      within(house(), async ({ accounts: { users: people, credentials: all } }) => {
        const account = await people.findByEmailKey(person(name).email)
        const found = account === undefined ? [] : await all.of(account.id)
        return found
          .map(({ method }) => method)
          .filter((method) => method !== 'password')
          .toSorted()
      })
    /** All that was proven in a sign-in was so ten minutes earlier. */
    const age = ({ at }: Place) =>
      withinState(house(), ({ keys }, { artifacts: store }) =>
        createStates({ store, peppers: createHandles(keys).peppers }).change(
          new URL(at).pathname.split('/').at(-1) ?? '',
          (state) => ({
            state: { ...state, proofs: state.proofs.map((proof) => ({ ...proof, at: proof.at - 601_000 })) },
            result: undefined,
          }),
          600_000,
        ),
      )
    const isEnrolling = ({ text }: Answer): boolean => text.includes('Set up a second step')

    it('A-461 who has nothing to prove more by adds an app, sees recovery codes once, and is signed in as what was proven', async () => {
      const before = Math.floor(Date.now() / 1000)
      const place = await afterPassword('adds')
      expect([place.page.status, isEnrolling(place.page)]).toEqual([200, true])
      expect(place.page.text).toContain('<svg role="img"')
      // there is no session yet, nor a way around.
      expect([await isSignedIn(place.agent), await mayOpen(place.agent)]).toEqual([false, false])
      const onwards = agentOf(house())
      const half = await afterPassword('adds', { agent: onwards })
      const resumed = await follow(
        onwards,
        house().issuer,
        half.at.replace('/interaction/', '/oauth2/authorize/'),
      )
      expect(resumed.page.text).toContain('name="username"')
      const codes = await confirm(place)
      expect([codesOn(codes.page).length, await isSignedIn(place.agent)]).toEqual([10, false])
      // Once: who lost sight of them makes others.
      const again = await next(codes, await codes.agent.request(codes.at))
      expect(codesOn(again.page)).toEqual([])
      const anew = await next(again, await send(again, { make: 'yes' }))
      expect(codesOn(anew.page).filter((code) => codesOn(codes.page).includes(code))).toEqual([])
      const set = /name="noted" value="([^"]+)"/.exec(anew.page.text)?.[1] ?? ''
      const token = await idTokenOf(await next(anew, await send(anew, { noted: set })))
      expect(token).toMatchObject({ acr: 'urn:gatehouse:acr:2fa', amr: ['pwd', 'otp', 'mfa'] })
      expect(Number(token['auth_time'])).toBeGreaterThanOrEqual(before)
      expect(await isSignedIn(place.agent)).toBe(true)
      expect(await factorsOf('adds')).toEqual(['recovery-codes', 'totp'])
      expect((await openAccount(house(), { agent: place.agent })).page.text).toContain('10 of 10 left')
      const told = (await trailOf(house())).filter(({ personal }) => personal.name === person('adds').email)
      const enrolled = told.map(({ event }) => event).filter(({ type }) => type === 'mfa.enrolled')
      expect(enrolled.map(({ details }) => details?.['method'])).toEqual([
        ...['totp', 'recovery-codes', 'recovery-codes'],
      ])
      expect(enrolled[0]?.['actor']).toBe(`user:${enrolled[0]?.['subject']}`)
      expect(told.find(({ event }) => event.type === 'login.succeeded')?.event.details).toMatchObject({
        ...{ method: 'password', methods: ['password', 'totp'], acr: 'urn:gatehouse:acr:2fa' },
      })
      await expect.poll(() => subjectsTo('adds'), SOON).toContain('An authenticator app was added')
      const later = await afterPassword('adds')
      expect([isEnrolling(later.page), later.page.text.includes('value="totp"')]).toEqual([false, true])
    })

    it('A-461 who goes back, or on without the codes, is locked out by nothing, and is reminded at their account', async () => {
      const enrolling = await afterPassword('skips')
      const place = await confirm(enrolling)
      // Back at the page before, which is sent once more.
      const back = await next(enrolling, await send(enrolling, { code: totpCode(secretOn(enrolling.page)) }))
      expect([back.page.status, back.page.text.includes('name="skip"')]).toEqual([200, true])
      // The browser is closed here: the app is there, and is asked for.
      const later = await afterPassword('skips')
      expect(later.page.text).toContain('value="totp"')
      const done = await next(place, await send(place, { skip: 'yes' }))
      expect((await idTokenOf(done))['acr']).toBe('urn:gatehouse:acr:2fa')
      const { page } = await openAccount(house(), { agent: place.agent })
      expect(page.text).toContain('Not confirmed as kept')
    })

    it('what a client would like is no reason to add anything; what it needs is', async () => {
      const asked = { acr_values: 'urn:gatehouse:acr:2fa' }
      const wishes = await afterPassword('wishes', { rp: OWN, over: asked })
      expect((await idTokenOf(wishes))['acr']).toBe('urn:gatehouse:acr:1fa')
      expect(isEnrolling((await afterPassword('needs', { rp: OWN, over: NEEDS })).page)).toBe(true)
    })

    it('A-457 where policy takes nothing that could be added, the level can’t be reached', async () => {
      const { page } = await afterPassword('barred', { rp: BARRED })
      expect(page.location).toContain('error=unmet_authentication_requirements')
    })

    describe('A-461', () => {
      it('a secret that was shown before, or in another sign-in, is no good; one that was confirmed is none any more', async () => {
        const mine = await afterPassword('secrets')
        const other = await afterPassword('secrets')
        const first = secretOn(mine.page)
        const again = await next(mine, await mine.agent.request(mine.at))
        const [second, theirs] = [secretOn(again.page), secretOn(other.page)]
        expect(new Set([first, second, theirs]).size).toBe(3)
        for (const [place, secret, shown] of [
          [mine, first, second],
          [again, theirs, second],
          [other, second, theirs],
        ] as const) {
          const refused = await send(place, { code: totpCode(secret) })
          expect([refused.status, refused.text.includes('That code didn’t work.')]).toEqual([400, true])
          expect(secretOn(refused)).toBe(shown)
        }
        for (const code of ['', '000000', totpCode(second, 40), 'abcdef'])
          expect([code, (await send(again, { code })).status]).toEqual([code, 400])
        expect(await factorsOf('secrets')).toEqual([])
        const stores = textOf(await dumpOf(house()))
        await confirm(again)
        const stored = textOf(await dumpOf(house()))
        for (const secret of [second, theirs])
          expect([stores, stored, house().log()].some((text) => text.includes(secret))).toBe(false)
        // The other sign-in knows a password, and no more: from now on it has to prove what there is.
        const late = await next(other, await send(other, { code: totpCode(theirs) }))
        expect([isEnrolling(late.page), late.page.text.includes('value="totp"')]).toEqual([false, true])
        expect(await factorsOf('secrets')).toEqual(['recovery-codes', 'totp'])
      })

      it('of many answers at once one adds an app', async () => {
        const place = await afterPassword('at-once')
        const code = totpCode(secretOn(place.page))
        await Promise.all(Array.from({ length: 12 }, () => send(place, { code })))
        expect((await factorsOf('at-once')).filter((method) => method === 'totp')).toHaveLength(1)
        const there = await next(place, await place.agent.request(place.at))
        expect(isEnrolling(there.page)).toBe(false)
      })

      it('of two sign-ins at once one adds something', async () => {
        const places = await Promise.all([afterPassword('key'), afterPassword('key')])
        await Promise.all(places.map((place) => send(place, { code: totpCode(secretOn(place.page)) })))
        expect((await factorsOf('key')).filter((method) => method === 'totp')).toHaveLength(1)
      })

      it('who knows the password alone adds nothing to an account that has a factor, which it had then or got meanwhile', async () => {
        await withTotp(house(), person('has').email)
        const place = await afterPassword('has')
        expect(isEnrolling(place.page)).toBe(false)
        // Nor where what it has is not enough: that is proven first.
        const further = await afterPassword('has', { rp: PHR })
        expect([isEnrolling(further.page), further.page.text.includes('name="code"')]).toEqual([false, true])
        const late = await afterPassword('late')
        await withTotp(house(), person('late').email)
        for (const there of [place, late]) {
          const { agent, at } = there
          const form = { ...hiddenFields(there.page.text), action: 'challenge', method: 'passkey' }
          const { status } = await agent.request(at, { form, headers: OURS })
          expect(status).toBe(400)
          await send(there, { code: totpCode(secretOn(late.page)), method: 'totp' })
        }
        expect([await factorsOf('has'), await factorsOf('late')]).toEqual([['totp'], ['totp']])
      })

      it('what was ended since the password was given adds nothing', async () => {
        const place = await afterPassword('ended')
        await commandWithin(house(), ['sessions', 'revoke', '--user', person('ended').email])
        await send(place, { code: totpCode(secretOn(place.page)) })
        expect(await factorsOf('ended')).toEqual([])
      })

      it('a session, or a password of a while ago, is not enough to add something by', async () => {
        const agent = (await afterPassword('stale', { rp: OWN })).agent
        expect(await isSignedIn(agent)).toBe(true)
        const asked = await atPage(house(), agent, STRICT)
        expect(asked.page.text).toMatch(/name="password"/)
        expect(asked.page.text).toContain(person('stale').email)
        const place = await afterPassword('stale', { agent })
        expect(isEnrolling(place.page)).toBe(true)

        const old = await afterPassword('old')
        await age(old)
        const late = await next(old, await send(old, { code: totpCode(secretOn(old.page)) }))
        expect([isEnrolling(late.page), await factorsOf('old')]).toEqual([false, []])
        expect(late.page.text).toMatch(/name="password"/)
        const again = await next(late, await send(late, { ...person('old'), username: person('old').email }))
        // Nor to have recovery codes made.
        const codes = await confirm(again)
        expect(codesOn(codes.page)).toHaveLength(10)
        await age(codes)
        const left = await next(codes, await send(codes, { make: 'yes' }))
        expect([codesOn(left.page), left.page.text.includes('name="password"')]).toEqual([[], true])
      })

      it('nothing is done by a form of another site, or of nobody’s', async () => {
        const place = await afterPassword('forms')
        const fields = { code: totpCode(secretOn(place.page)) }
        const { csrf = '' } = hiddenFields(place.page.text)
        const foreign = hiddenFields((await afterPassword('page')).page.text)['csrf'] ?? ''
        for (const answer of [
          await sendForm(place.agent, place.at, fields),
          await sendForm(place.agent, place.at, { ...fields, csrf: foreign }),
          await sendForm(place.agent, place.at, { ...fields, csrf }, { origin: 'https://evil.example' }),
        ])
          expect(answer.status).toBe(403)
        expect(await factorsOf('forms')).toEqual([])
        expect((await confirm(place)).page.status).toBe(200)
        expect(await factorsOf('forms')).toEqual(['recovery-codes', 'totp'])
      })

      it('nobody adds their device to the account of somebody else, in whose sign-in they were put', async () => {
        const theirs = await afterPassword('planted')
        const victim = agentOf(house())
        await victim.request((await atPage(house(), victim, OWN)).at)
        victim.cookies.push(...theirs.agent.cookies.filter(({ name }) => name.includes('interaction')))
        const page = await victim.request(theirs.at)
        expect([page.status, isEnrolling(page)]).toEqual([200, false])
        await victim.submit(page, theirs.at, { code: totpCode(secretOn(theirs.page)) })
        expect(await factorsOf('planted')).toEqual([])
      })
    })

    it('A-457 where only what can’t be phished is enough, it is a passkey, which is then used', async () => {
      const place = await afterPassword('phr', { rp: PHR })
      expect([
        isEnrolling(place.page),
        secretOn(place.page),
        place.page.text.includes('name="code"'),
      ]).toEqual([...[true, '', false]])
      expect((await send(place, { code: '000000' })).status).toBe(303)
      const authenticator = createAuthenticator()
      const csrf = csrfIn(place.page.text)
      const made = authenticator.make(await challengeAt(place.agent, place.at, csrf))
      const other = await afterPassword('house', { rp: PHR })
      const stolen = await send(other, { response: JSON.stringify(made) })
      expect([stolen.status, stolen.text.includes('The passkey wasn’t added.')]).toEqual([400, true])
      const own = authenticator.make(await challengeAt(place.agent, place.at, csrf))
      const asked = await next(place, await send(place, { response: JSON.stringify(own) }))
      expect([isEnrolling(asked.page), await isSignedIn(asked.agent)]).toEqual([false, false])
      const question = await challengeAt(asked.agent, asked.at, csrfIn(asked.page.text))
      const response = JSON.stringify(authenticator.get(question))
      const token = await idTokenOf(await next(asked, await send(asked, { method: 'passkey', response })))
      expect(token).toMatchObject({ acr: 'urn:gatehouse:acr:phr' })
      expect(token['amr']).toEqual(expect.arrayContaining(['pwd', 'user', 'mfa']))
    })

    it('A-461 where what somebody has is not enough they prove it, add a passkey, and use that', async () => {
      const secret = await withTotp(house(), person('further').email)
      const proving = await afterPassword('further', { rp: PHR })
      const early = { action: 'challenge', method: 'passkey', csrf: csrfIn(proving.page.text) }
      expect((await proving.agent.request(proving.at, { form: early, headers: OURS })).status).toBe(400)
      const place = await next(proving, await send(proving, { code: totpCode(secret) }))
      expect([place.page.text.includes('Add a passkey'), await isSignedIn(place.agent)]).toEqual([
        true,
        false,
      ])
      expect([secretOn(place.page), place.page.text.includes('name="code"')]).toEqual(['', false])
      const authenticator = createAuthenticator()
      const made = authenticator.make(await challengeAt(place.agent, place.at, csrfIn(place.page.text)))
      const asked = await next(place, await send(place, { response: JSON.stringify(made) }))
      expect([asked.page.text.includes('Add a passkey'), await isSignedIn(asked.agent)]).toEqual([
        false,
        false,
      ])
      const question = await challengeAt(asked.agent, asked.at, csrfIn(asked.page.text))
      const response = JSON.stringify(authenticator.get(question))
      const token = await idTokenOf(await next(asked, await send(asked, { method: 'passkey', response })))
      expect(token).toMatchObject({ acr: 'urn:gatehouse:acr:phr' })
      expect((await factorsOf('further')).toSorted()).toEqual(['passkey', 'totp'])
    })

    it('A-461 and nothing once all of theirs was ended meanwhile', async () => {
      const secret = await withTotp(house(), person('ended-further').email)
      const proving = await afterPassword('ended-further', { rp: PHR })
      const place = await next(proving, await send(proving, { code: totpCode(secret) }))
      const challenge = await challengeAt(place.agent, place.at, csrfIn(place.page.text))
      await commandWithin(house(), ['sessions', 'revoke', '--user', person('ended-further').email])
      const made = createAuthenticator().make(challenge)
      await send(place, { response: JSON.stringify(made) })
      expect(await factorsOf('ended-further')).toEqual(['totp'])
    })

    it('where two factors are enough a passkey that was made is one, and no more', async () => {
      const place = await afterPassword('needs')
      const options = await challengeAt(place.agent, place.at, csrfIn(place.page.text))
      const response = JSON.stringify(createAuthenticator().make(options))
      const codes = await next(place, await send(place, { response }))
      expect(codesOn(codes.page)).toHaveLength(10)
      const token = await idTokenOf(await next(codes, await send(codes, { skip: 'yes' })))
      expect(token).toMatchObject({ acr: 'urn:gatehouse:acr:2fa' })
      await expect.poll(() => subjectsTo('needs'), SOON).toContain('A passkey was added')
    })

    it('where everybody has to reach a level, the account is reached by the same way, and a program is told where', async () => {
      await house().apply({ version: 1, policies: { sign_in: { level: '2fa' } } })
      const asked = async () => (await login(agentOf(house()), credentials(person('house')))).json()
      await expect.poll(async () => (await asked())['code'], SOON).toBe('mfa_enrolment_required')
      expect(await asked()).toMatchObject({ status: 403, enrol_at: `${house().issuer}/account` })
      expect(Object.keys(await asked())).not.toContain('mfa_token')
      const agent = agentOf(house())
      const { at, page } = await openAccount(house(), { agent, person: person('house') })
      expect(isEnrolling(page)).toBe(true)
      const sent = await agent.submit(page, at, { code: totpCode(secretOn(page)) })
      const codes = await follow(agent, house().issuer, sent.location ?? '')
      const done = await agent.submit(codes.page, codes.at, { skip: 'yes' })
      const there = await follow(agent, house().issuer, done.location ?? '')
      expect([there.at, there.page.status]).toEqual([`${house().issuer}/account`, 200])
      expect((await login(agentOf(house()), credentials(person('house')))).json()['code']).toBe(
        'mfa_required',
      )
      const silent = await callbackAfter(house(), agent, {
        ...done,
        location: (await atPage(house(), agent, OWN)).at,
      })
      expect(silent).toBeDefined()
    })
  },
  {
    setUp: {
      ...SET_UP,
      clients: [...SET_UP.clients, strict, phr, barred],
      users: [...SET_UP.users, ...users],
    },
    env: mails.env,
  },
)
