import { hash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  follow,
  OWN,
  PERSON,
  PORTAL,
  refresh,
  signIn,
  tokenRequest,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { setPasswordLink } from '../support/within.ts'
import { type Dump, dumpOf, textOf, wordsOf } from './dump.ts'
import { call, JSON_ONLY, userinfo, WITH_SIGNER } from './probes.ts'
import { type Recorder, record, secretsIn } from './recorder.ts'

/** Leaves something alive of every kind: what a thief would like to find. */
async function live(house: House, secrets: Recorder['secrets']): Promise<void> {
  const browser = () => record(agentOf(house), secrets).agent
  // A family that has rotated, an opaque access token, a session.
  const ada = browser()
  const { tokens } = await signIn(house, ada, PORTAL)
  await refresh(ada, PORTAL, tokens.refresh_token)
  await signIn(house, ada, PORTAL, { scope: 'openid notes:read', resource: 'https://notes.example' })
  // A code that nobody has redeemed, and one that somebody has.
  await authorize(house, ada, authorizationRequest(OWN))
  await signIn(house, ada, OWN, {})
  // Interactions before and after the sign-in, and a sign-out that was only asked for.
  await follow(browser(), house.issuer, authorizationRequest(APP).url)
  const waiting = browser()
  const asked = await follow(waiting, house.issuer, authorizationRequest(APP).url)
  const sent = await waiting.submit(asked.page, asked.at, {
    username: PERSON.email,
    password: PERSON.password,
  })
  await waiting.request(sent.location ?? '')
  await ada.request('/oauth2/logout')
  // A pushed request, a client's own opaque token, a link.
  const form = Object.fromEntries(new URL(authorizationRequest(PORTAL).url, house.issuer).searchParams)
  await ada.request('/oauth2/par', { form, headers: { ...JSON_ONLY, ...basic(PORTAL) } })
  const notes = { clientId: 'notes-reader', secret: 'notes-secret-0123456789', redirectUri: '' }
  const own = { grant_type: 'client_credentials', scope: 'notes:read', resource: 'https://notes.example' }
  expect((await tokenRequest(ada, notes, own)).status).toBe(200)
  await browser().request(await setPasswordLink(house, 'grace@example.com'))
}

const SET_UP = {
  ...WITH_SIGNER,
  clients: [
    ...WITH_SIGNER.clients,
    {
      client_id: 'notes-reader',
      profile: 'service',
      client_secret: 'notes-secret-0123456789',
      scope: 'notes:read',
    },
  ],
  connectors: [
    {
      slug: 'acme',
      type: 'oidc',
      config: { issuer: 'https://acme.example', client_id: 'house', client_secret: 'acme-secret-0123456789' },
      disabled: true,
    },
  ],
}

// PostgreSQL alone has the tables that embedded storage has.
onBothStorages(
  (house) => {
    const secrets: Recorder['secrets'] = new Map()
    let dump: Dump
    beforeAll(async () => {
      for (const { client_secret } of SET_UP.clients.map((c) => ({ client_secret: '', ...c }))) {
        if (client_secret !== '') secrets.set(client_secret, 'client secret')
      }
      for (const { config } of SET_UP.connectors) secrets.set(config.client_secret, 'connector secret')
      await live(house(), secrets)
      dump = await dumpOf(house())
    })

    describe('a thief of all stores', () => {
      it('A-921 finds no secret that anybody was given, in any spelling', () => {
        expect(new Set(secrets.values()).size).toBe(13)
        expect(dump.texts.length).toBeGreaterThan(100)
        expect(secretsIn(textOf(dump), secrets)).toEqual([])
      })

      it('A-921 A-922 finds neither state nor hints of what people are doing, nor private keys', () => {
        const text = textOf(dump)
        expect(text).not.toContain('"login_hint"')
        expect(text).not.toContain('"csrf"')
        expect(text).not.toMatch(/"(?:d|p|q|dp|dq|qi)":\s*"/)
        // Nor a digest that could be compared with guesses: those that are stored are keyed (a verifier's is public).
        for (const [secret, kind] of secrets) {
          if (kind === 'verifier') continue
          for (const encoding of ['hex', 'base64url'] as const) {
            expect(text).not.toContain(hash('sha256', secret, encoding).slice(0, 20))
          }
        }
      })

      it('A-921 gets nowhere with anything that was found', async () => {
        const agent = agentOf(house())
        const words = wordsOf(dump)
        expect(words.length).toBeGreaterThan(30)
        const opened: string[] = []
        for (let n = 0; n < words.length; n += 8) {
          const tries = words.slice(n, n + 8).map(async (word) => {
            for (const way of await waysIn(agent, word)) opened.push(`${way}: ${word}`)
          })
          await Promise.all(tries)
        }
        expect(opened).toEqual([])
      })
    })
  },
  { setUp: SET_UP, nodes: 1 },
)

/** The ways by which a word was let in. */
async function waysIn(agent: Agent, word: string): Promise<string[]> {
  const cookie = ['gh_session', 'gh_interaction', 'gh_resume']
    .map((n) => `${n}=${word}; ${n}.sig=${word}`)
    .join('; ')
  const silent = authorizationRequest(OWN, { prompt: 'none' }).url
  const tries: [string, Promise<Answer>, (answer: Answer) => boolean][] = [
    [
      'session',
      agent.request(silent, { headers: { cookie } }),
      (a) => a.location?.includes('code=') ?? false,
    ],
    ['interaction', agent.request(`/interaction/${word}`, { headers: { cookie } }), isOpen],
    ['resumed request', agent.request(`/oauth2/authorize/${word}`, { headers: { cookie } }), isOpen],
    ['code', exchange(agent, PORTAL, word, 'a'.repeat(43)), isOpen],
    ['refresh token', refresh(agent, PORTAL, word), isOpen],
    ['refresh token with its prefix', refresh(agent, PORTAL, `ghr_${word}`), isOpen],
    ['access token', userinfo(agent, word), isOpen],
    [
      'pushed request',
      agent.request(
        `/oauth2/authorize?client_id=portal&request_uri=urn:ietf:params:oauth:request_uri:${word}`,
      ),
      isOpen,
    ],
    ['link', agent.request(`/set-password?token=${word}`), isOpen],
    [
      'client secret',
      call(agent, '/oauth2/introspect', { token: 'x' }, { clientId: 'portal', secret: word }),
      isOpen,
    ],
  ]
  const outcomes = await Promise.all(
    tries.map(async ([name, answer, opens]) => (opens(await answer) ? name : undefined)),
  )
  return outcomes.filter((name) => name !== undefined)
}

const isOpen = ({ status }: Answer): boolean => status < 400
