/** The kinds of clients, and how each speaks: signs in, refreshes, signs out. */
import { decodeJwt } from 'jose'
import { createAgent } from '../agent.ts'
import { createKey, type Key } from '../dpop.ts'
import { credentials, PAGE } from '../first-party.ts'
import { APP, authorizationRequest, authorize, basic, PERSON, PORTAL, type RelyingParty } from '../flows.ts'
import type { House } from '../house.ts'
import type { Caller, Message, Note, Reply } from './caller.ts'
import { hashed } from './caller.ts'
import type { Call } from './evidence.ts'

export const KINDS = ['public', 'confidential', 'bound', 'first-party'] as const
export type Kind = (typeof KINDS)[number]

export interface Speaker {
  readonly kind: Kind
  /** The key that its tokens are bound to. */
  readonly key?: Key
  /** The first refresh token of a new session; undefined where something got lost on the way. */
  signIn(session: string): Promise<string | undefined>
  /** As its owner sends it; a thief has all but the key. */
  refresh(token: string, as?: 'thief'): Promise<Message>
  /** `nonce`: what the server wants in the next proof. */
  take(reply: Reply): { token?: string; nonceWanted: boolean }
  read(reply: Reply): Pick<Call, 'output' | 'binding'>
  end(token: string): Message & { ends: 'family' | 'session' }
  /** Asks whether a token is live (RFC 7662): a client with a secret may. */
  ask?: (token: string) => Message
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
const TOKEN = '/oauth2/token'
const OFFLINE = { scope: 'openid email offline_access', prompt: 'consent' }

export interface SpeakerUse {
  house: House
  caller: Caller
  url: string
  client: string
}

export async function createSpeaker(kind: Kind, use: SpeakerUse): Promise<Speaker> {
  if (kind === 'first-party') return firstParty(use)
  return oauth(kind, use, kind === 'bound' ? await createKey() : undefined)
}

const post = (path: string, headers: Record<string, string>, body?: string): Message => ({
  method: 'POST',
  path,
  headers,
  ...(body !== undefined && { body }),
})

const begins = (client: string, session: string, input: string): Note => ({
  kind: 'redeem',
  party: 'owner',
  client,
  session,
  input,
})

function oauth(kind: Kind, { house, caller, url, client }: SpeakerUse, key: Key | undefined): Speaker {
  const rp: RelyingParty = kind === 'confidential' ? PORTAL : APP
  const auth: Record<string, string> = rp.secret === undefined ? {} : basic(rp)
  const self: Record<string, string> = rp.secret === undefined ? { client_id: rp.clientId } : {}
  let nonce: string | undefined
  const ask = async (path: string, form: Record<string, string>, proving = key): Promise<Message> => {
    const dpop = proving && (await proving.prove({ htu: `${house.issuer}${path}`, nonce }))
    const headers = { ...FORM, ...auth, ...(dpop !== undefined && { dpop }) }
    return post(path, headers, new URLSearchParams({ ...self, ...form }).toString())
  }
  const about = (path: string, token: string): Message =>
    post(path, { ...FORM, ...auth }, new URLSearchParams({ ...self, token }).toString())
  const speaker: Speaker = {
    kind,
    ...(key && { key }),
    signIn: async (session) => {
      const agent = createAgent({ issuer: house.issuer, node: url })
      const request = authorizationRequest(rp, OFFLINE)
      const code = (await authorize(house, agent, request)).searchParams.get('code') ?? ''
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: rp.redirectUri,
        code_verifier: request.verifier,
      }
      const noted = { ...begins(client, session, code), read: speaker.read, ...(key && { key: key.jkt }) }
      for (;;) {
        const reply = await caller.call(noted, await ask(TOKEN, form))
        const taken = reply && speaker.take(reply)
        if (taken?.nonceWanted !== true) return taken?.token
      }
    },
    refresh: (token, as) =>
      ask(TOKEN, { grant_type: 'refresh_token', refresh_token: token }, as === 'thief' ? undefined : key),
    take: ({ status, headers, text }) => {
      const given = headers['dpop-nonce']
      if (typeof given === 'string') nonce = given
      if (status === 200) return { token: tokensIn(text).refresh_token, nonceWanted: false }
      return { nonceWanted: text.includes('use_dpop_nonce') }
    },
    read: ({ status, text }) => (status === 200 ? ofTokens(text) : {}),
    end: (token) => ({ ...about('/oauth2/revoke', token), ends: 'family' }),
    ...(rp.secret !== undefined && { ask: (token: string) => about('/oauth2/introspect', token) }),
  }
  return speaker
}

interface Tokens {
  refresh_token: string
  id_token: string
  scope: string
  token_type: string
}

const tokensIn = (text: string): Tokens => JSON.parse(text) as Tokens

function ofTokens(text: string): Pick<Call, 'output' | 'binding'> {
  const { refresh_token, id_token, scope, token_type: tokenType } = tokensIn(text)
  const { sub, aud, acr, auth_time: authTime } = decodeJwt(id_token)
  return {
    output: hashed(refresh_token),
    binding: {
      scope,
      tokenType,
      client: String(aud),
      subject: String(sub),
      ...(typeof acr === 'string' && { acr }),
      ...(typeof authTime === 'number' && { authTime }),
    },
  }
}

function firstParty({ caller, client }: SpeakerUse): Speaker {
  const cookie = ({ headers }: Reply): string | undefined =>
    headers['set-cookie']
      ?.map((line) => /^refresh_token=([^;]+)/.exec(line)?.[1])
      .find((value) => value !== undefined)
  const withCookie = (token: string) => ({
    ...PAGE,
    'x-requested-with': 'fetch',
    cookie: `refresh_token=${token}`,
  })
  const speaker: Speaker = {
    kind: 'first-party',
    signIn: async (session) => {
      const login = post(
        '/auth/login',
        { ...PAGE, 'content-type': 'application/json' },
        JSON.stringify(credentials(PERSON)),
      )
      const about = { ...begins(client, session, `sign-in of ${session}`), read: speaker.read }
      const reply = await caller.call(about, login)
      return reply && speaker.take(reply).token
    },
    refresh: async (token) => post('/auth/refresh', withCookie(token)),
    take: (reply) => {
      const token = reply.status === 200 ? cookie(reply) : undefined
      return { ...(token !== undefined && { token }), nonceWanted: false }
    },
    read: (reply) => {
      const token = reply.status === 200 ? cookie(reply) : undefined
      if (token === undefined) return {}
      const { scope, token_type: tokenType } = tokensIn(reply.text)
      return { output: hashed(token), binding: { scope, tokenType } }
    },
    end: (token) => ({
      method: 'DELETE',
      path: '/auth/refresh',
      headers: withCookie(token),
      ends: 'session',
    }),
  }
  return speaker
}
