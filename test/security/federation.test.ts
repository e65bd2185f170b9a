/** Upstream sign-on against an OpenID Provider that does as it is told: section 9 of the attacks, and F-164. */
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { away, comeBack, connectorFor, openConnected, setUpConnectors } from '../support/federation.ts'
import { exchange, follow, OWN, PERSON } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import {
  type Misbehaviour,
  type OpenIdProvider,
  openOpenIdProvider,
  SECRET_THERE,
} from '../support/openid-provider.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, within } from '../support/within.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { atPage, callbackAfter, GRACE, isSignedIn } from './browsers.ts'
import { BEHIND_PROXY, browserAt } from './guessing.ts'

let acme: OpenIdProvider
let globex: OpenIdProvider
beforeAll(async () => {
  acme = await openOpenIdProvider()
  globex = await openOpenIdProvider()
})
afterAll(() => {
  acme.stop()
  globex.stop()
})
beforeEach(() => {
  for (const provider of [acme, globex]) {
    provider.does = {}
    provider.person = { sub: 'ada-there', email: 'ada@elsewhere.example' }
  }
})

/** Failures from one address. */
const LIMIT = 5

const CONNECTORS = () => [connectorFor('acme', acme), connectorFor('globex', globex)]
const SECOND = 1000
const nowInSeconds = (): number => Math.floor(Date.now() / SECOND)

onBothStorages(
  (house) => {
    withoutFaults(house)
    beforeAll(async () => {
      await house().apply({ version: 1, connectors: CONNECTORS() })
      await openConnected(house(), 'acme', acme.issuer, 'ada-there', PERSON.email)
      await openConnected(house(), 'globex', globex.issuer, 'grace-there', GRACE.email)
    })

    /** Away to it and back, in a new browser: where that leads in the end. */
    const tried = async (provider = acme, over: Record<string, string> = {}) => {
      const slug = provider === acme ? 'acme' : 'globex'
      const left = await away(house(), slug, provider, { over })
      const page = await comeBack(house(), left.agent, left.back)
      return { ...left, page }
    }
    /** Back at the sign-in, which says why, offers all ways, and has signed nobody in. */
    const expectRefused = async (
      { agent, page }: { agent: Agent; page: Awaited<ReturnType<typeof comeBack>> },
      says: string,
    ): Promise<void> => {
      expect([page.status, page.text.includes(says)]).toEqual([400, true])
      expect(page.text).toContain('name="username"')
      expect(page.text).toContain('/federation/globex/login?uid=')
      expect(await isSignedIn(agent)).toBe(false)
    }
    const failuresSince = async (before: number): Promise<unknown[]> =>
      (await trailOf(house()))
        .slice(before)
        .flatMap(({ event }) => (event.type === 'login.failed' ? [event['reason']] : []))
    const trailLength = async (): Promise<number> => (await trailOf(house())).length

    it('who has connected the two signs in by it, and the client hears what was proven', async () => {
      acme.person = { sub: 'ada-there', auth_time: nowInSeconds() - 1000 }
      const { agent, sent, page, request } = await tried()
      const asked = Object.fromEntries(sent.searchParams)
      expect(asked).toMatchObject({
        ...{ client_id: 'gatehouse', response_type: 'code', scope: 'openid email' },
        ...{ redirect_uri: `${house().issuer}/federation/acme/callback`, code_challenge_method: 'S256' },
      })
      for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/)
      const exchanged = acme.exchanges.at(-1)
      expect(exchanged?.authorization).toMatch(/^Basic /)
      const code = new URL(page.location ?? '').searchParams.get('code') ?? ''
      const { id_token } = (await exchange(agent, OWN, code, request.verifier)).json()
      const claims = decodeJwt(String(id_token))
      expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:1fa', amr: ['fed'] })
      expect(claims['auth_time']).toBe(acme.person.auth_time)
      expect(await isSignedIn(agent)).toBe(true)
      // That it was used last is marked where it says which it was: with two of them nobody knows.
      const next = await atPage(house(), agent, OWN, { prompt: 'login' })
      expect(next.page.text.indexOf('/federation/')).toBeLessThan(next.page.text.indexOf('A passkey'))
      expect(next.page.text).not.toContain('>Last used<')
      const succeeded = (await trailOf(house())).findLast(({ event }) => event.type === 'login.succeeded')
      expect(succeeded?.event.details).toMatchObject({ method: 'identity', methods: ['identity'] })
    })

    it('A-556 A-560 A-655 an address that is told along finds nobody, however surely it is told', async () => {
      // Whose address nobody has proven yet is not theirs by being told so, either.
      await within(house(), ({ createUser }) =>
        createUser({ email: 'unproven@example.com', profile: {}, passwordHash: 'x' }, { actor: 'test' }),
      )
      acme.does = { claims: { email: 'unproven@example.com', email_verified: true } }
      acme.person = { sub: 'owner-there', email: 'unproven@example.com' }
      await expectRefused(await tried(), 'No account here is connected')
      const before = await trailLength()
      acme.does = { claims: { email: PERSON.email, email_verified: true } }
      acme.person = { sub: 'somebody-else', email: PERSON.email }
      await expectRefused(await tried(), 'No account here is connected')
      expect(await failuresSince(before)).toEqual(['unknown'])
    })

    it('A-656 a subject is the one that it is, at the place where it is', async () => {
      globex.person = { sub: 'ada-there' }
      await expectRefused(await tried(globex), 'No account here is connected')
      for (const sub of ['ADA-THERE', 'ada-there ', 'ada']) {
        acme.person = { sub }
        await expectRefused(await tried(), 'No account here is connected')
      }
      for (const sub of [42, '', 'a'.repeat(256), 'ada-there\u0000', 'ada\u0301', null, ['ada-there']]) {
        acme.person = { sub }
        await expectRefused(await tried(), 'could not say who you are')
      }
      await openConnected(house(), 'acme', acme.issuer, '42', GRACE.email)
      acme.person = { sub: 42 }
      await expectRefused(await tried(), 'could not say who you are')
    })

    describe('A-651 an answer from another place than was asked', () => {
      const otherwise: [string, Misbehaviour['response']][] = [
        ['names another issuer', { iss: 'https://evil.example' }],
        ['names none, where one was announced', { iss: undefined }],
      ]
      it.each(otherwise)('that %s signs nobody in', async (_says, response) => {
        const before = await trailLength()
        acme.does = { response: response ?? {} }
        const { agent, page } = await tried()
        expectPage(page, 400, 'bad_request')
        expect(await isSignedIn(agent)).toBe(false)
        expect(await failuresSince(before)).toEqual(['issuer_mismatch'])
      })

      it('that was given to the callback of another connector signs nobody in', async () => {
        const before = await trailLength()
        const exchanged = globex.exchanges.length
        const { agent, back } = await away(house(), 'acme', acme)
        const other = new URL(back.href.replace('/acme/', '/globex/'))
        other.searchParams.set('iss', globex.issuer)
        expectPage(await comeBack(house(), agent, other), 400, 'bad_request')
        expect(await isSignedIn(agent)).toBe(false)
        expect(await failuresSince(before)).toEqual(['issuer_mismatch'])
        // Nor is its code told to the other one.
        expect(globex.exchanges.length).toBe(exchanged)
        expectPage(await comeBack(house(), agent, back), 400, 'interaction_expired')
      })
    })

    describe('A-652 A-662 an answer belongs to whoever left for it, once', () => {
      it('so no other browser takes it, nor takes it away', async () => {
        const { agent, back } = await away(house(), 'acme', acme)
        const stranger = await away(house(), 'acme', acme)
        const nobody = (await away(house(), 'acme', acme)).agent
        nobody.cookies.length = 0
        for (const other of [stranger.agent, nobody]) {
          expectPage(await comeBack(house(), other, back), 400, 'interaction_expired')
          expect(await isSignedIn(other)).toBe(false)
        }
        expect((await comeBack(house(), agent, back)).location).toContain('code=')
      })

      it('so of any number at once one counts, and none afterwards', async () => {
        const { agent, back } = await away(house(), 'acme', acme)
        const nodes = house().nodes.map(({ url }) => url)
        const target = `${back.pathname}${back.search}`
        const all = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            agent.request(target, { node: nodes[n % nodes.length] ?? '' }),
          ),
        )
        expect(all.filter(({ status }) => status === 303)).toHaveLength(1)
        expectPage(await agent.request(target), 400, 'interaction_expired')
      })

      it('so a state that was never given, or a code under another one, is nobody’s', async () => {
        const { agent, back } = await away(house(), 'acme', acme)
        for (const state of ['', 'x', 'x'.repeat(43), `${back.searchParams.get('state')}x`]) {
          const other = new URL(back)
          other.searchParams.set('state', state)
          expectPage(await comeBack(house(), agent, other), 400, 'interaction_expired')
        }
        const replayed = await away(house(), 'acme', acme)
        await comeBack(house(), agent, back)
        const mixed = new URL(replayed.back)
        mixed.searchParams.set('code', back.searchParams.get('code') ?? '')
        const page = await comeBack(house(), replayed.agent, mixed)
        await expectRefused({ agent: replayed.agent, page }, 'could not say who you are')
      })

      it('so a way that was begun by somebody else and handed over signs neither of them in', async () => {
        const attacker = await away(house(), 'acme', acme)
        const victim = (await away(house(), 'acme', acme)).agent
        const uid = attacker.at.split('/').at(-1)
        const { location = '' } = await victim.request(`/federation/acme/login?uid=${uid}`)
        const back = await acme.visit(location)
        const { page } = await follow(victim, house().issuer, back.href)
        expect([page.status, page.location]).toEqual([400, undefined])
        expect(await isSignedIn(victim)).toBe(false)
        const resume = attacker.at.replace('/interaction/', '/oauth2/authorize/')
        const resumed = await follow(attacker.agent, house().issuer, resume)
        expect(resumed.page.location).toBeUndefined()
        expect(await isSignedIn(attacker.agent)).toBe(false)
      })
    })

    describe('A-653 an id token that is not what it has to be', () => {
      const signed = (
        claims: Record<string, unknown>,
        key: Parameters<SignJWT['sign']>[0],
        alg = 'ES256',
        kid = 'k1',
      ) => new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key)
      const strangers = () =>
        crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
      const wrong: [string, () => Misbehaviour][] = [
        ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
        ['of the other provider', () => ({ claims: { iss: globex.issuer } })],
        ['for another client', () => ({ claims: { aud: 'somebody-else' } })],
        ['for several, none of which asked', () => ({ claims: { aud: ['gatehouse', 'x'], azp: 'x' } })],
        ['with another nonce', () => ({ claims: { nonce: 'x'.repeat(43) } })],
        ['without a nonce', () => ({ claims: { nonce: undefined } })],
        ['that is over', () => ({ claims: { exp: nowInSeconds() - 600 } })],
        ['of the future', () => ({ claims: { iat: nowInSeconds() + 600, nbf: nowInSeconds() + 600 } })],
        ['without a subject', () => ({ claims: { sub: undefined } })],
        ['that nobody signed', () => ({ idToken: (claims) => new UnsecuredJWT(claims).encode() })],
        [
          'signed with the secret of the client',
          () => ({ idToken: (claims) => signed(claims, new TextEncoder().encode(SECRET_THERE), 'HS256') }),
        ],
        [
          'signed by a stranger',
          () => ({ idToken: async (claims) => signed(claims, (await strangers()).privateKey) }),
        ],
        [
          'signed by a key that nobody knows',
          () => ({
            idToken: async (claims) => signed(claims, (await strangers()).privateKey, 'ES256', 'k9'),
          }),
        ],
        ['that is no token', () => ({ idToken: () => 'x.y.z' })],
        ['of the other provider’s making', () => ({ idToken: (claims) => signed(claims, globex.key) })],
      ]
      it.each(wrong)('%s signs nobody in', async (_says, does) => {
        acme.does = does()
        await expectRefused(await tried(), 'could not say who you are')
      })
    })

    it('A-654 A-812 who is not what they were set up to be is not asked, and the others are', async () => {
      const nodes = house().nodes.length
      const otherwise: (Misbehaviour | ((issuer: string) => Misbehaviour))[] = [
        // To the letter: what compares it may be somebody else's library.
        (issuer) => ({ metadata: { issuer: `${issuer}/` } }),
        { metadata: { issuer: 'https://evil.example' } },
        { metadata: { authorization_endpoint: 'javascript:alert(1)' } },
        { at: { metadata: { status: 200, body: JSON.stringify({ issuer: 'x'.repeat(5_000_000) }) } } },
        { at: { metadata: { status: 500, body: '{}' } } },
        { at: { metadata: { status: 200, body: 'no JSON' } } },
        { at: { metadata: 'hang' } },
      ]
      for (const [n, does] of otherwise.entries()) {
        const other = await openOpenIdProvider()
        try {
          other.does = typeof does === 'function' ? does(other.issuer) : does
          const slug = `other-${n}-${nodes}`
          await setUpConnectors(house(), [connectorFor(slug, other)])
          const agent = (await away(house(), 'acme', acme)).agent
          const { at } = await atPage(house(), agent, OWN)
          const uid = at.split('/').at(-1)
          const { page } = await follow(agent, house().issuer, `/federation/${slug}/login?uid=${uid}`)
          await expectRefused({ agent, page }, 'could not say who you are')
          // Nobody waits for it a second time, for a moment.
          const asked = other.asked.metadata
          await follow(agent, house().issuer, `/federation/${slug}/login?uid=${uid}`)
          expect(other.asked.metadata).toBe(asked)
          await setUpConnectors(house(), [{ ...connectorFor(slug, other), disabled: true }])
        } finally {
          other.stop()
        }
      }
    })

    it('A-658 what is disabled leads nowhere, nor does what was begun before', async () => {
      const begun = await away(house(), 'globex', globex)
      const off = { ...connectorFor('globex', globex), disabled: true }
      await setUpConnectors(house(), [off])
      try {
        expectPage(await comeBack(house(), begun.agent, begun.back), 404, 'not_found')
        const { page, at } = await atPage(house(), begun.agent, OWN)
        expect(page.text).toContain('/federation/acme/')
        expect(page.text).not.toContain('/federation/globex/')
        const uid = at.split('/').at(-1)
        expectPage(await begun.agent.request(`/federation/globex/login?uid=${uid}`), 404, 'not_found')
        expectPage(await begun.agent.request(`/federation/nowhere/login?uid=${uid}`), 404, 'not_found')
        expect(await isSignedIn(begun.agent)).toBe(false)
      } finally {
        await setUpConnectors(house(), [{ ...off, disabled: false }])
      }
      globex.person = { sub: 'grace-there' }
      expect((await tried(globex)).page.location).toContain('code=')
    })

    it('A-658 one that is made anew under the old name finds nobody of the one before', async () => {
      const other = await openOpenIdProvider()
      try {
        other.person = { sub: 'ada-there' }
        await setUpConnectors(house(), [connectorFor('short', other)])
        await openConnected(house(), 'short', other.issuer, 'ada-there', PERSON.email)
        expect((await comesIn('short', other)).location).toContain('code=')
        await within(house(), async ({ connectors, notices }) => {
          const found = await connectors.find('short')
          const event = { type: 'connector.deleted', details: { connector: 'short' } } as const
          const { createEvent } = await import('../../src/audit/event.ts')
          await connectors.remove(found?.id ?? '', createEvent({ actor: 'test' }, event, Date.now()))
          await notices.publish('connector', 'short')
        })
        await setUpConnectors(house(), [connectorFor('short', other)])
        expect((await comesIn('short', other)).text).toContain('No account here is connected')
        await setUpConnectors(house(), [{ ...connectorFor('short', other), disabled: true }])
      } finally {
        other.stop()
      }
    })
    const comesIn = async (slug: string, provider: OpenIdProvider) => {
      const { agent, back } = await away(house(), slug, provider)
      return comeBack(house(), agent, back)
    }

    describe('A-659 what is told along', () => {
      it('changes nothing here, and makes nothing stronger', async () => {
        const before = await accountOf()
        acme.does = {
          claims: {
            ...{ roles: ['admin'], email_verified: false, org_id: 'acme', name: 'Eve', groups: ['root'] },
            ...{ acr: 'urn:gatehouse:acr:phr', amr: ['hwk', 'mfa'], server_roles: ['admin'] },
            ...JSON.parse('{"__proto__":{"disabled":true}}'),
          },
        }
        const { agent, page, request } = await tried()
        const code = new URL(page.location ?? '').searchParams.get('code') ?? ''
        const { id_token } = (await exchange(agent, OWN, code, request.verifier)).json()
        expect(decodeJwt(String(id_token))).toMatchObject({ acr: 'urn:gatehouse:acr:1fa', amr: ['fed'] })
        expect({ ...(await accountOf()), lastSignInAt: 0 }).toEqual({ ...before, lastSignInAt: 0 })
      })
      const accountOf = () => within(house(), ({ accounts }) => accounts.users.findByEmailKey(PERSON.email))

      it('of a sign-in that was too long ago is asked for again, and nothing is made newer', async () => {
        acme.person = { sub: 'ada-there', auth_time: nowInSeconds() - 3600 }
        const old = await tried(acme, { max_age: '600' })
        expect(old.sent.searchParams.get('max_age')).toBe('600')
        await expectRefused(old, 'didn’t ask you just now')
        acme.person = { sub: 'ada-there' }
        await expectRefused(await tried(acme, { max_age: '600' }), 'didn’t ask you just now')
        const anew = await tried(acme, { prompt: 'login' })
        expect([anew.sent.searchParams.get('prompt'), anew.sent.searchParams.get('max_age')]).toEqual([
          'login',
          '0',
        ])
        await expectRefused(anew, 'didn’t ask you just now')
        acme.person = { sub: 'ada-there', auth_time: nowInSeconds() }
        expect((await tried(acme, { max_age: '600' })).page.location).toContain('code=')
        expect((await tried(acme, { prompt: 'login' })).page.location).toContain('code=')
      })
    })

    it('a person who does not go on there is back where they can choose another way', async () => {
      acme.does = { response: { code: undefined, error: 'access_denied' } }
      await expectRefused(await tried(), 'That ended at')
    })

    it('F-164 what a browser says of a provider makes nobody else wait', async () => {
      const { agent, back } = await away(house(), 'acme', acme)
      const metadata = acme.asked.metadata
      const forged = new URL(back)
      forged.searchParams.delete('code')
      forged.searchParams.set('error', 'server_error')
      await expectRefused(
        { agent, page: await comeBack(house(), agent, forged) },
        'could not say who you are',
      )
      expect((await tried()).page.location).toContain('code=')
      // Nor is it asked anew what it is.
      const bogus = await away(house(), 'acme', acme)
      bogus.back.searchParams.set('code', 'x')
      const page = await comeBack(house(), bogus.agent, bogus.back)
      await expectRefused({ agent: bogus.agent, page }, 'could not say who you are')
      expect((await tried()).page.location).toContain('code=')
      expect(acme.asked.metadata).toBe(metadata)
    })

    it('F-164 those who fail there, behind one address, can sign in by their passwords all the while', async () => {
      const address = '10.250.0.7'
      acme.does = { response: { code: undefined, error: 'temporarily_unavailable' } }
      for (let n = 0; n < LIMIT + 2; n++) {
        const { agent, back } = await away(house(), 'acme', acme, { address })
        expect((await comeBack(house(), agent, back)).status).toBe(400)
        acme.does = { response: { code: undefined, error: 'access_denied' } }
      }
      const { agent, at, page } = await openAt(address)
      const sent = await agent.submit(page, at, { username: PERSON.email, password: PERSON.password })
      expect((await callbackAfter(house(), agent, sent))?.searchParams.get('code')).toBeTruthy()
    })
    const openAt = async (address: string) => {
      const agent = browserAt(house(), address)
      return { agent, ...(await atPage(house(), agent, OWN)) }
    }

    it('A-415 the disabled do not come in by it', async () => {
      await commandWithin(house(), ['user', 'disable', GRACE.email])
      try {
        globex.person = { sub: 'grace-there' }
        await expectRefused(await tried(globex), 'could not say who you are')
      } finally {
        await commandWithin(house(), ['user', 'enable', GRACE.email])
      }
    })

    it('A-451 A-458 whoever has a second factor is asked for it, and is nobody before', async () => {
      const secret = await withTotp(house(), GRACE.email)
      globex.person = { sub: 'grace-there' }
      const { agent, back, request } = await away(house(), 'globex', globex)
      const { at, page } = await follow(agent, house().issuer, back.href)
      expect(page.text).toContain('name="code"')
      expect(page.text).not.toContain('/federation/')
      expect(await isSignedIn(agent)).toBe(false)
      const uid = at.split('/').at(-1)
      // Another one is no second factor.
      const again = await agent.request(`/federation/acme/login?uid=${uid}`)
      expect(again.location).toContain(`/interaction/${uid}`)
      const code = (
        await callbackAfter(house(), agent, await agent.submit(page, at, { code: totpCode(secret) }))
      )?.searchParams.get('code')
      const { id_token } = (await exchange(agent, OWN, code ?? '', request.verifier)).json()
      expect(decodeJwt(String(id_token))).toMatchObject({
        acr: 'urn:gatehouse:acr:2fa',
        amr: ['fed', 'otp', 'mfa'],
      })
    })

    it('F-164 what hangs or breaks there is told in time, and recovers by itself', async () => {
      const other = await openOpenIdProvider()
      try {
        other.person = { sub: 'ada-there' }
        const slug = 'frail'
        await setUpConnectors(house(), [connectorFor(slug, other)])
        await openConnected(house(), slug, other.issuer, 'ada-there', PERSON.email)
        for (const at of [{ token: 'hang' }, { token: { status: 503, body: '{}' } }] as const) {
          other.does = {}
          const left = await expect
            .poll(() => away(house(), slug, other).catch(() => undefined), { timeout: 20_000, interval: 500 })
            .toBeDefined()
            .then(() => away(house(), slug, other))
          other.does = { at }
          await expectRefused(
            { agent: left.agent, page: await comeBack(house(), left.agent, left.back) },
            'could not say who you are',
          )
        }
        // What was answered may have come of what was sent: it makes nobody else wait.
        other.does = {}
        await away(house(), slug, other)
        await other.rotate()
        await expect
          .poll(async () => (await comesIn(slug, other).catch(() => undefined))?.location, {
            timeout: 30_000,
            interval: 1000,
          })
          .toContain('code=')
        await setUpConnectors(house(), [{ ...connectorFor(slug, other), disabled: true }])
      } finally {
        other.stop()
      }
    }, 90_000)
  },
  {
    env: { OUTBOUND_ALLOW_PRIVATE: 'true', RATE_LIMIT_LOGIN_ADDRESS: `${LIMIT}/15m`, ...BEHIND_PROXY },
  },
)
