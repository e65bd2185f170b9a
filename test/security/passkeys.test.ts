/** Signing in with a passkey, and what stands in for one. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import {
  type Authenticator,
  BE,
  BS,
  createAuthenticator,
  type Lies,
  type Options,
  UP,
  UV,
} from '../support/authenticator.ts'
import { codeOf, login, PAGE, tokenOf } from '../support/first-party.ts'
import { agentOf, type authorizationRequest, exchange, follow, OWN, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { challengeAt, csrfIn, withPasskey } from '../support/passkeys.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, faceOf, isSignedIn } from './browsers.ts'
import { SOON } from './probes.ts'

const person = (name: string) => ({
  email: `${name}@example.com`,
  email_verified: true,
  password: `a password of ${name}`,
})
const [ADA, BOB, CY, DEE, EVE] = [person('ada'), person('bob'), person('cy'), person('dee'), person('eve')]

onBothStorages(
  (house) => {
    withoutFaults(house)

    interface Begun {
      mfa_token: string
      challenge: Options
    }
    interface Place {
      agent: Agent
      at: string
      page: Answer
      request: ReturnType<typeof authorizationRequest>
    }
    const atSignIn = async (agent = agentOf(house())): Promise<Place> => ({
      agent,
      ...(await atPage(house(), agent, OWN)),
    })
    const named = async (place: Place, username: string): Promise<Place> => {
      const sent = await place.agent.submit(place.page, place.at, { username })
      return { ...place, ...(await follow(place.agent, house().issuer, sent.location ?? '')) }
    }
    const ask = ({ agent, at, page }: Place): Promise<Options> => challengeAt(agent, at, csrfIn(page.text))
    const answer = ({ agent, at, page }: Place, response: object): Promise<Answer> =>
      agent.submit(page, at, { method: 'passkey', response: JSON.stringify(response) })
    const tryWith = async (authenticator: Authenticator, lies: Lies = {}, place?: Place) => {
      const here = place ?? (await atSignIn())
      return { here, sent: await answer(here, authenticator.get(await ask(here), lies)) }
    }
    const claimsAfter = async ({ agent, request }: Place, sent: Answer) => {
      const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
      return decodeJwt(String((await exchange(agent, OWN, code, request.verifier)).json()['id_token']))
    }
    /** The one answer to a passkey that is none of ours. */
    const expectRefused = ({ sent, here }: { sent: Answer; here: Place }, what: unknown = ''): void => {
      expect([what, sent.status, sent.location]).toEqual([what, 400, undefined])
      expect(sent.text).toContain('That passkey didn’t work here.')
      expect([what, here.agent.cookies.filter(({ name }) => name.includes('session'))]).toEqual([what, []])
    }
    const reasons = async (type: string): Promise<unknown[]> =>
      (await trailOf(house())).filter(({ event }) => event.type === type).map(({ event }) => event['reason'])

    it('a passkey alone says who it is, and is worth two factors that can’t be phished', async () => {
      const { here, sent } = await tryWith(await withPasskey(house(), ADA.email))
      expect(sent.status).toBe(303)
      expect(await claimsAfter(here, sent)).toMatchObject({
        acr: 'urn:gatehouse:acr:phr',
        amr: ['hwk', 'user', 'mfa'],
      })
    })

    it('one that may be copied to other devices says so, and after the password it is the second factor', async () => {
      const synced = createAuthenticator({ flags: UP | UV | BE | BS })
      await withPasskey(house(), BOB.email, synced)
      const place = await atSignIn()
      const sent = await place.agent.submit(place.page, place.at, {
        username: BOB.email,
        password: BOB.password,
      })
      const second = { ...place, ...(await follow(place.agent, house().issuer, sent.location ?? '')) }
      expect(second.page.text).toContain('Use your passkey')
      expect(await isSignedIn(second.agent)).toBe(false)
      const options = await ask(second)
      expect(options).toMatchObject({ allowCredentials: [{ id: synced.id }], userVerification: 'preferred' })
      const other = await withPasskey(house(), EVE.email)
      expectRefused({ here: second, sent: await answer(second, other.get(options)) })
      const done = await answer(second, synced.get(await ask(second), { flags: UP | BE, userHandle: null }))
      expect(await claimsAfter(second, done)).toMatchObject({
        acr: 'urn:gatehouse:acr:phr',
        amr: ['pwd', 'swk', 'user', 'mfa'],
      })
    })

    it('A-501 a challenge is good once, here, for signing in', async () => {
      const passkey = await withPasskey(house(), ADA.email)
      const [here, elsewhere] = [await atSignIn(), await atSignIn()]
      const [options, others] = [await ask(here), await ask(elsewhere)]
      expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32)
      expectRefused({ here, sent: await answer(here, passkey.get(others)) }, 'of another sign-in')
      const assertion = passkey.get(options)
      expectRefused({ here, sent: await answer(here, assertion) }, 'after a try')
      const made = passkey.get({ ...options, challenge: 'A'.repeat(43) })
      await ask(here)
      expectRefused({ here, sent: await answer(here, made) }, 'made up')
      expectRefused(await tryWith(passkey, { type: 'webauthn.create' }), 'for making one')
      const fresh = passkey.get(await ask(here))
      const both = await Promise.all([answer(here, fresh), answer(here, fresh)])
      expect(both.map(({ status }) => status).filter((status) => status === 303)).toHaveLength(1)
      expect(await reasons('login.failed')).toContain('no_challenge')
    })

    it('A-502 an answer from another page, or for another party, is refused', async () => {
      const passkey = await withPasskey(house(), ADA.email)
      const origins = ['https://evil.example', 'http://sub.localhost:3000', 'http://localhost:3001']
      for (const origin of [...origins, 'https://localhost:3000', 'http://localhost:3000/', 'null'])
        expectRefused(await tryWith(passkey, { origin }), origin)
      for (const rpId of ['evil.example', 'sub.localhost', 'localhost:3000'])
        expectRefused(await tryWith(passkey, { rpId }), rpId)
    })

    it('A-503 an answer from within a frame is refused, and pages may not be framed for it', async () => {
      const passkey = await withPasskey(house(), ADA.email)
      expectRefused(await tryWith(passkey, { client: { crossOrigin: true } }))
      expectRefused(await tryWith(passkey, { client: { topOrigin: 'http://localhost:3000' } }))
      const { page } = await atSignIn()
      expect(page.headers.get('permissions-policy')).toContain('publickey-credentials-get=(self)')
    })

    it('A-504 nobody there, nobody verified, or flags that can’t be', async () => {
      const passkey = await withPasskey(house(), ADA.email)
      for (const flags of [UP, UV, 0, UP | UV | BS, UP | UV | BE, UP | UV | BE | BS])
        expectRefused(await tryWith(passkey, { flags }), flags)
      expect((await tryWith(passkey)).sent.status).toBe(303)
    })

    it('A-505 a counter that does not go up marks the passkey as copied; zero does not count', async () => {
      const passkey = await withPasskey(house(), CY.email, createAuthenticator({ counts: true }))
      expect((await tryWith(passkey)).sent.status).toBe(303)
      const stranger = createAuthenticator({ id: passkey.id })
      expectRefused(await tryWith(stranger, { counter: 1, userHandle: passkey.userHandle }), 'unsigned')
      expect((await tryWith(passkey)).sent.status).toBe(303)
      expectRefused(await tryWith(passkey, { counter: passkey.counter }), 'the same again')
      expect(await reasons('login.failed')).toContain('clone_suspected')
      // Told once, in the step that marks it.
      const told = (await trailOf(house())).filter(({ event }) => event.type === 'mfa.clone_suspected')
      expect(told.map(({ personal }) => personal.name)).toEqual([CY.email])
      const mails = async () =>
        (await within(house(), ({ devMailbox }) => devMailbox.list())).filter(
          ({ subject }) => subject === 'Somebody may have a copy of your passkey',
        )
      await expect.poll(mails, SOON).toHaveLength(1)
      expectRefused(await tryWith(passkey, { counter: 100 }), 'marked')
      const uncounted = await withPasskey(house(), CY.email)
      expect((await tryWith(uncounted)).sent.status).toBe(303)
      expect((await tryWith(uncounted)).sent.status).toBe(303)
    })

    it('A-506 a passkey of nobody, of another handle, without one, removed, or of an account that is closed', async () => {
      const [dee, eve] = [await withPasskey(house(), DEE.email), await withPasskey(house(), EVE.email)]
      const refused = [
        await tryWith(createAuthenticator()),
        await tryWith(eve, { userHandle: dee.userHandle }),
        await tryWith(eve, { userHandle: null }),
        await tryWith(eve, { id: dee.id, userHandle: dee.userHandle }),
      ]
      await within(house(), async ({ accounts }) => {
        const account = await accounts.users.findByEmailKey(EVE.email)
        if (account !== undefined) await accounts.credentials.removeOthers(account.id)
      })
      for (const { url } of house().nodes) {
        const agent = agentOf(house())
        const there: Agent = { ...agent, request: (to, how) => agent.request(to, { node: url, ...how }) }
        refused.push(await tryWith(eve, {}, await atSignIn(there)))
      }
      await commandWithin(house(), ['user', 'disable', DEE.email])
      refused.push(await tryWith(dee))
      await commandWithin(house(), ['user', 'enable', DEE.email])
      const [first, ...others] = refused.map((one) => {
        expectRefused(one)
        return faceOf(one.sent, '')
      })
      expect(others).toEqual(others.map(() => first))
    })

    it('A-508 after somebody was named, the passkey of somebody else signs nobody in', async () => {
      const [bob, cy] = [await withPasskey(house(), BOB.email), await withPasskey(house(), CY.email)]
      const place = await named(await atSignIn(), BOB.email)
      expectRefused(await tryWith(cy, {}, place))
      expectRefused(await tryWith(cy, {}, await named(await atSignIn(), 'nobody@example.com')))
      expect((await tryWith(bob, {}, place)).sent.status).toBe(303)
      const changed = await named(await atSignIn(), BOB.email)
      const left = await changed.agent.submit(changed.page, changed.at, { action: 'restart' })
      const again = { ...changed, ...(await follow(changed.agent, house().issuer, left.location ?? '')) }
      expect((await tryWith(cy, {}, again)).sent.status).toBe(303)
    })

    it('A-509 what was changed, written otherwise or much too long is refused, and fast', async () => {
      const passkey = await withPasskey(house(), ADA.email)
      const twice = (text: string) => text.replace('{', '{"origin":"https://evil.example",')
      const deep = Buffer.concat([Buffer.alloc(10_000, 0x81), Buffer.from([0])])
      const lies: Lies[] = [
        { sent: (data) => Buffer.from(data.map((byte, n) => (n === 36 ? byte ^ 1 : byte))) },
        { sent: (data) => Buffer.concat([data, Buffer.from([0xa0])]) },
        { data: (data) => Buffer.concat([data, Buffer.from([0])]) },
        { data: (data) => Buffer.concat([data, deep]) },
        { flags: UP | UV | 0x80, data: (data) => Buffer.concat([data, deep.subarray(0, 2000)]) },
        { clientText: (text) => `\ufeff${text}` },
        { clientText: twice },
        { clientText: (text) => text.slice(0, -1) },
        { clientText: (text) => JSON.stringify([JSON.parse(text)]) },
      ]
      for (const [n, lie] of lies.entries()) expectRefused(await tryWith(passkey, lie), n)
      const here = await atSignIn()
      for (const response of ['', 'null', '[]', '{"id":1}', `"${'['.repeat(4000)}"`])
        expect((await here.agent.submit(here.page, here.at, { method: 'passkey', response })).status).toBe(
          400,
        )
      const huge = await here.agent.submit(here.page, here.at, {
        method: 'passkey',
        response: 'A'.repeat(1e6),
      })
      expect(huge.status).toBe(413)
    })

    it('A-501 a page of the operator’s own signs in by a passkey, or adds it to a password, each challenge once', async () => {
      const passkey = await withPasskey(house(), EVE.email)
      const agent = agentOf(house())
      const call = async (path: string, body: object, by = agent) =>
        by.request(path, {
          method: 'POST',
          body: JSON.stringify({ method: 'passkey', ...body }),
          headers: { ...PAGE, 'content-type': 'application/json' },
        })
      const begin = async (body = {}) => (await call('/auth/mfa/challenge', body)).json() as unknown as Begun
      const { mfa_token: token, challenge } = await begin()
      const answer = { mfa_token: token, response: passkey.get(challenge) }
      const stranger = agentOf(house(), 0, { 'user-agent': 'Somebody else' })
      expect(codeOf(await call('/auth/mfa', answer, stranger))).toEqual([401, 'invalid_mfa_token'])
      expect(codeOf(await call('/auth/mfa', { ...answer, mfa_token: 'A'.repeat(43) }))).toEqual([
        401,
        'invalid_mfa_token',
      ])
      const given = await call('/auth/mfa', answer)
      expect([given.status, tokenOf(given)]).toEqual([200, expect.stringMatching(/^ghr_/)])
      expect(codeOf(await call('/auth/mfa', answer))).toEqual([401, 'invalid_mfa_token'])

      const other = await begin()
      const evil = passkey.get(other.challenge, { origin: 'https://evil.example' })
      expect(codeOf(await call('/auth/mfa', { mfa_token: other.mfa_token, response: evil }))).toEqual([
        401,
        'invalid_code',
      ])

      const asked = (await login(agent, { username: EVE.email, password: EVE.password })).json()
      expect(asked).toMatchObject({ code: 'mfa_required', methods: ['passkey'] })
      const second = await begin({ mfa_token: asked['mfa_token'] })
      expect(second.challenge).toMatchObject({ allowCredentials: [{ id: passkey.id }] })
      const response = passkey.get(second.challenge, { userHandle: null })
      const done = await call('/auth/mfa', { mfa_token: asked['mfa_token'], response })
      expect([done.status, tokenOf(done)]).toEqual([200, expect.stringMatching(/^ghr_/)])
      expect(codeOf(await call('/auth/mfa/challenge', { method: 'password' }))).toEqual([
        400,
        'method_not_offered',
      ])
    })

    it('browsers and password managers find what they ask of the passkeys of a domain', async () => {
      const agent = agentOf(house())
      const [related, endpoints] = await Promise.all(
        ['webauthn', 'passkey-endpoints'].map((name) => agent.request(`/.well-known/${name}`)),
      )
      expect(related?.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(related?.json()).toEqual({ origins: ['http://localhost:3000', 'https://related.example'] })
      const page = 'http://localhost:3000/account/passkeys'
      expect(endpoints?.json()).toEqual({ enroll: page, manage: page })
      const passkey = await withPasskey(house(), ADA.email)
      expect((await tryWith(passkey, { origin: 'https://related.example' })).sent.status).toBe(303)
    })

    it('a name that is sent while the page’s script asks is kept, and so is what was asked', async () => {
      for (let round = 0; round < 10; round++) {
        const place = await atSignIn()
        const [, sent] = await Promise.all([
          ask(place),
          place.agent.submit(place.page, place.at, { username: ADA.email }),
        ])
        const next = await follow(place.agent, house().issuer, sent.location ?? '')
        expect([round, next.page.text.includes('Enter your password')]).toEqual([round, true])
      }
    })

    it('A-513 before anything is proven, nobody learns which passkeys a name has', async () => {
      await withPasskey(house(), ADA.email)
      for (const username of [ADA.email, 'nobody@example.com']) {
        const { challenge, ...rest } = await ask(await named(await atSignIn(), username))
        expect([challenge.length, rest]).toEqual([
          43,
          { rpId: 'localhost', timeout: 300_000, allowCredentials: [], userVerification: 'required' },
        ])
      }
    })
  },
  {
    env: {
      RATE_LIMIT_LOGIN_ADDRESS: '1000/15m',
      PASSKEY_RELATED_ORIGINS: 'https://related.example',
    },
    setUp: { ...SET_UP, users: [ADA, BOB, CY, DEE, EVE] },
  },
)
