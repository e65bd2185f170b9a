/**
 * Another OpenID Provider, on this machine, which knows one person at a time and asks nobody anything. It keeps to the
 * protocol where a test has not told it otherwise, and says what it was asked.
 */
import { createHash, type webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

interface Left {
  parameters: URLSearchParams
  used: boolean
}

/** What it does otherwise than it should. */
export interface Misbehaviour {
  metadata?: Record<string, unknown>
  /** Over the claims of an honest id token; undefined takes one away. */
  claims?: Record<string, unknown>
  /** The id token as a whole, from the claims. */
  idToken?: (claims: JWTPayload) => Promise<string> | string
  /** The answer of an endpoint, in its place; `hang`: none. */
  at?: Partial<Record<'metadata' | 'jwks' | 'token', { status: number; body: string } | 'hang'>>
  /** Over what it sends the browser back with. */
  response?: Record<string, string | undefined>
}

export interface OpenIdProvider {
  readonly issuer: string
  /** Who is signed in there. */
  person: { sub: unknown; email?: string; auth_time?: number }
  /** Says the address at its userinfo endpoint alone, as a code flow has it (OpenID Connect Core §5.4). */
  isTerse: boolean
  does: Misbehaviour
  /** What came to the token endpoint, in order. */
  readonly exchanges: { authorization: string | undefined; form: URLSearchParams }[]
  /** How often it was asked what it is, and for its keys. */
  readonly asked: { metadata: number; jwks: number; token: number }
  readonly key: webcrypto.CryptoKey
  /** Signs by another key from now on. */
  rotate(): Promise<void>
  /** A browser that was sent there: the way back. */
  visit(url: string): Promise<URL>
  stop(): void
}

export const SECRET_THERE = 'a secret of ours, there: 0123456789'

export async function openOpenIdProvider(): Promise<OpenIdProvider> {
  const left = new Map<string, Left>()
  let number = 0
  const newKeys = async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    number += 1
    return {
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid: `k${number}`, alg: 'ES256', use: 'sig' },
    }
  }
  let keys = await newKeys()
  const server = createServer((req, res) => void answer(req, res))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider: OpenIdProvider = {
    issuer,
    person: { sub: 'ada-there', email: 'ada@elsewhere.example' },
    isTerse: false,
    does: {},
    exchanges: [],
    asked: { metadata: 0, jwks: 0, token: 0 },
    get key() {
      return keys.privateKey
    },
    rotate: async () => {
      keys = await newKeys()
    },
    visit: async (url) => {
      const response = await fetch(url, { redirect: 'manual' })
      const location = response.headers.get('location')
      if (location === null) throw new Error(`the provider answered ${response.status}`)
      return new URL(location)
    },
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', issuer)
    const name = NAMES[url.pathname]
    if (name !== undefined) provider.asked[name] += 1
    const instead = name && provider.does.at?.[name]
    if (instead === 'hang') return
    if (instead !== undefined) {
      res.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body)
      return
    }
    const json = (status: number, body: object): void =>
      void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (name === 'metadata') return json(200, { ...metadata(), ...provider.does.metadata })
    if (name === 'jwks') return json(200, { keys: [keys.jwk] })
    if (name === 'token') {
      const form = new URLSearchParams(Buffer.concat(await req.toArray()).toString())
      provider.exchanges.push({ authorization: req.headers.authorization, form })
      const granted = take(form)
      if (granted === undefined) return json(400, { error: 'invalid_grant' })
      return json(200, {
        ...{ access_token: 'nobody uses it', token_type: 'Bearer', expires_in: 60 },
        id_token: await idToken(granted),
      })
    }
    if (url.pathname === '/userinfo') return json(200, provider.person)
    if (url.pathname !== '/authorize') return void res.writeHead(404).end()
    const code = crypto.randomUUID()
    left.set(code, { parameters: url.searchParams, used: false })
    const back = new URL(url.searchParams.get('redirect_uri') ?? '')
    const said = { code, state: url.searchParams.get('state') ?? '', iss: issuer, ...provider.does.response }
    for (const [key, value] of Object.entries(said))
      if (value !== undefined) back.searchParams.set(key, value)
    res.writeHead(303, { location: back.href }).end()
  }

  const metadata = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/userinfo`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })

  /** RFC 6749 §4.1.3, RFC 7636 §4.6. */
  function take(form: URLSearchParams): URLSearchParams | undefined {
    const found = left.get(form.get('code') ?? '')
    if (found === undefined || found.used) return undefined
    found.used = true
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const { parameters } = found
    const fits =
      parameters.get('code_challenge') === challenge &&
      parameters.get('code_challenge_method') === 'S256' &&
      parameters.get('redirect_uri') === form.get('redirect_uri')
    return fits ? parameters : undefined
  }

  async function idToken(parameters: URLSearchParams): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const { sub, email, auth_time } = provider.person
    const honest = {
      ...{ iss: issuer, aud: parameters.get('client_id'), nonce: parameters.get('nonce') },
      ...{ iat: now, exp: now + 60, sub, auth_time, ...(!provider.isTerse && { email }) },
    }
    const claims = JSON.parse(JSON.stringify({ ...honest, ...provider.does.claims })) as JWTPayload
    if (provider.does.idToken !== undefined) return provider.does.idToken(claims)
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: keys.jwk.kid }).sign(keys.privateKey)
  }

  return provider
}

const NAMES: Record<string, 'metadata' | 'jwks' | 'token'> = {
  '/.well-known/openid-configuration': 'metadata',
  '/jwks': 'jwks',
  '/token': 'token',
}
