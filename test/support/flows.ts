/** The ordinary ways through the protocol, for tests whose subject is something else. */
import { createHash, randomBytes } from 'node:crypto'
import { type Agent, type Answer, createAgent } from './agent.ts'
import type { House } from './house.ts'

export const PERSON = { email: 'ada@example.com', password: 'analytical engine 1843' }

/** A set-up that most tests can share: a person, a resource, and a client of each kind. */
export const SET_UP = {
  version: 1,
  clients: [
    {
      client_id: 'portal',
      profile: 'web',
      client_name: 'Portal',
      client_secret: 'portal-secret-0123456789',
      redirect_uris: ['https://portal.example/cb'],
      post_logout_redirect_uris: ['https://portal.example/bye'],
    },
    { client_id: 'app', profile: 'spa', client_name: 'App', redirect_uris: ['https://app.example/cb'] },
    {
      client_id: 'own',
      profile: 'web',
      client_name: 'Own',
      client_secret: 'own-secret-0123456789abc',
      redirect_uris: ['https://own.example/cb'],
      first_party: true,
    },
    {
      client_id: 'native',
      profile: 'native',
      client_name: 'Native',
      redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.app:/cb'],
    },
    {
      client_id: 'orders-api',
      profile: 'service',
      client_secret: 'orders-secret-0123456789',
      scope: 'orders:read orders:write',
    },
    {
      client_id: 'other-api',
      profile: 'service',
      client_secret: 'other-secret-0123456789',
    },
  ],
  resource_servers: [
    {
      identifier: 'https://orders.example',
      scopes: ['orders:read', 'orders:write'],
      access_token_format: 'jwt',
      signing_alg: 'ES256',
      introspection_client: 'orders-api',
    },
    {
      identifier: 'https://notes.example',
      scopes: ['notes:read'],
      access_token_format: 'opaque',
      introspection_client: 'orders-api',
    },
  ],
  users: [
    { email: PERSON.email, email_verified: true, name: 'Ada Lovelace', password: PERSON.password },
    {
      email: 'grace@example.com',
      email_verified: true,
      name: 'Grace Hopper',
      password: 'nanosecond wire 1906',
    },
  ],
}

export interface RelyingParty {
  clientId: string
  secret?: string
  redirectUri: string
}

export const PORTAL: RelyingParty = {
  clientId: 'portal',
  secret: 'portal-secret-0123456789',
  redirectUri: 'https://portal.example/cb',
}
export const APP: RelyingParty = { clientId: 'app', redirectUri: 'https://app.example/cb' }
export const OWN: RelyingParty = {
  clientId: 'own',
  secret: 'own-secret-0123456789abc',
  redirectUri: 'https://own.example/cb',
}

export const agentOf = (house: House, node = 0, headers: Record<string, string> = {}): Agent =>
  createAgent({ issuer: house.issuer, node: house.nodes[node]?.url ?? '', headers })

export const basic = ({
  clientId,
  secret = '',
}: {
  clientId: string
  secret?: string
}): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

export interface AuthorizationRequest {
  url: string
  verifier: string
  state: string
  nonce: string
}

/** `over` adds parameters or, by `undefined`, takes one away. */
export function authorizationRequest(
  rp: RelyingParty,
  over: Record<string, string | undefined> = {},
): AuthorizationRequest {
  const verifier = randomBytes(32).toString('base64url')
  const [state, nonce] = [randomBytes(9).toString('base64url'), randomBytes(9).toString('base64url')]
  const parameters = {
    client_id: rp.clientId,
    response_type: 'code',
    redirect_uri: rp.redirectUri,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...over,
  }
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return { url: `/oauth2/authorize?${new URLSearchParams(given)}`, verifier, state, nonce }
}

/** Follows redirects within the house; stops at a page, or at an address elsewhere. */
export async function follow(
  agent: Agent,
  issuer: string,
  target: string,
): Promise<{ at: string; page: Answer }> {
  let at = target
  for (let hop = 0; hop < 10; hop++) {
    const page = await agent.request(at)
    if (page.location === undefined || new URL(page.location).origin !== new URL(issuer).origin)
      return { at, page }
    at = page.location
  }
  throw new Error(`redirects without end, last to ${at}`)
}

/** Through sign-in and consent, as far as they are asked, to the redirect back. */
export async function authorize(
  house: House,
  agent: Agent,
  request: AuthorizationRequest,
  person = PERSON,
): Promise<URL> {
  let { at, page } = await follow(agent, house.issuer, request.url)
  for (let step = 0; step < 3 && page.location === undefined; step++) {
    const fields = page.text.includes('name="username"')
      ? { username: person.email, password: person.password }
      : { decision: 'approve' }
    const sent = await agent.submit(page, at, fields)
    if (sent.location === undefined) throw new Error(`the step answered ${sent.status}: ${sent.text}`)
    ;({ at, page } = await follow(agent, house.issuer, sent.location))
  }
  if (page.location === undefined) throw new Error(`no way back: ${page.status} ${page.text}`)
  return new URL(page.location)
}

export interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
  scope: string
  token_type: string
  expires_in: number
}

/** A client's call to the token endpoint. */
export function tokenRequest(
  agent: Agent,
  rp: RelyingParty,
  parameters: Record<string, string>,
  node?: string,
): Promise<Answer> {
  const open = rp.secret === undefined
  return agent.request('/oauth2/token', {
    form: { ...parameters, ...(open && { client_id: rp.clientId }) },
    headers: { accept: 'application/json', ...(open ? {} : basic(rp)) },
    ...(node !== undefined && { node }),
  })
}

export const exchange = (
  agent: Agent,
  rp: RelyingParty,
  code: string,
  verifier: string,
  node?: string,
): Promise<Answer> =>
  tokenRequest(
    agent,
    rp,
    { grant_type: 'authorization_code', code, redirect_uri: rp.redirectUri, code_verifier: verifier },
    node,
  )

export const refresh = (
  agent: Agent,
  rp: RelyingParty,
  refreshToken: string,
  node?: string,
): Promise<Answer> =>
  tokenRequest(agent, rp, { grant_type: 'refresh_token', refresh_token: refreshToken }, node)

/** Signs in and takes the tokens; with `offline_access` unless told otherwise. */
export async function signIn(
  house: House,
  agent: Agent,
  rp: RelyingParty,
  over: Record<string, string | undefined> = {
    scope: 'openid profile email offline_access',
    prompt: 'consent',
  },
  person = PERSON,
): Promise<{ tokens: Tokens; callback: URL; request: AuthorizationRequest }> {
  const request = authorizationRequest(rp, over)
  const callback = await authorize(house, agent, request, person)
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error(`no code in ${callback}`)
  const answer = await exchange(agent, rp, code, request.verifier)
  if (answer.status !== 200) throw new Error(`the exchange answered ${answer.status}: ${answer.text}`)
  return { tokens: answer.json() as unknown as Tokens, callback, request }
}
