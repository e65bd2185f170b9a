/** A small web application that signs people in with `openid-client`, as its documentation shows it. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import * as client from 'openid-client'

export interface RelyingPartyServer {
  /** Another site than the issuer's: browsers treat what goes between the two as they do in the world. */
  readonly origin: string
  /** What `apply` has to know of it. */
  readonly registration: { client_id: string; redirect_uris: string[] } & Record<string, unknown>
  stop(): Promise<void>
}

interface SignedIn {
  claims: client.UserInfoResponse
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers
}

interface Visitor {
  /** By `state`: each tab has a sign-in of its own. */
  waiting: Map<string, { verifier: string; nonce: string }>
  signedIn?: SignedIn
}

type Page = string | { to: URL }

const CLIENT_ID = 'shop'
const SECRET = 'shop-secret-0123456789abc'

/** `/login` takes further parameters of the authorization request from its query. */
export async function startRelyingParty(issuer: string): Promise<RelyingPartyServer> {
  const visitors = new Map<string, Visitor>()
  let discovered: Promise<client.Configuration> | undefined
  const discover = () => {
    discovered ??= client.discovery(new URL(issuer), CLIENT_ID, SECRET, undefined, {
      execute: [client.allowInsecureRequests],
    })
    return discovered
  }
  const server = createServer((request, response) => {
    const known = /\bvisitor=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    const id = visitors.has(known) ? known : randomBytes(16).toString('hex')
    const visitor = visitors.get(id) ?? { waiting: new Map() }
    visitors.set(id, visitor)
    response.setHeader('set-cookie', `visitor=${id}; Path=/; HttpOnly; SameSite=Lax`)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    visit(discover, visitor, new URL(request.url ?? '/', origin)).then(
      (page) => {
        if (typeof page === 'string') response.end(html(page))
        else response.writeHead(303, { location: page.to.href }).end()
      },
      (error: unknown) => response.end(html(`<h1>Failed</h1><p>${codeOf(error)}</p>`)),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return {
    origin,
    registration: {
      client_id: CLIENT_ID,
      client_secret: SECRET,
      profile: 'web',
      client_name: 'Shop',
      redirect_uris: [`${origin}/callback`],
      post_logout_redirect_uris: [`${origin}/bye`],
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function visit(
  discover: () => Promise<client.Configuration>,
  visitor: Visitor,
  url: URL,
): Promise<Page> {
  const pages: Record<string, () => Promise<Page>> = {
    '/login': async () => ({ to: await begin(await discover(), visitor, url) }),
    '/callback': () => finish(discover, visitor, url),
    '/refresh': () => renew(discover, visitor),
    '/logout': async () => ({ to: leave(await discover(), visitor, url) }),
    '/bye': async () => '<h1>Goodbye</h1>',
  }
  return (await pages[url.pathname]?.()) ?? '<h1>Shop</h1>'
}

async function begin(config: client.Configuration, visitor: Visitor, url: URL): Promise<URL> {
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  visitor.waiting.set(state, { verifier, nonce })
  return client.buildAuthorizationUrl(config, {
    redirect_uri: `${url.origin}/callback`,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...Object.fromEntries(url.searchParams),
  })
}

async function finish(
  discover: () => Promise<client.Configuration>,
  visitor: Visitor,
  url: URL,
): Promise<Page> {
  const config = await discover()
  const state = url.searchParams.get('state') ?? ''
  const waiting = visitor.waiting.get(state)
  if (waiting === undefined || !visitor.waiting.delete(state)) throw new Error('nobody waits for this')
  const tokens = await client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: waiting.verifier,
    expectedState: state,
    expectedNonce: waiting.nonce,
    idTokenExpected: true,
  })
  const subject = tokens.claims()?.sub ?? ''
  const claims = await client.fetchUserInfo(config, tokens.access_token, subject)
  visitor.signedIn = { claims, tokens }
  return `<h1>Welcome, ${claims.name}</h1><p>${claims.email}</p>`
}

async function renew(discover: () => Promise<client.Configuration>, visitor: Visitor): Promise<Page> {
  const { signedIn } = visitor
  const old = signedIn?.tokens.refresh_token
  if (signedIn === undefined || old === undefined) throw new Error('there is no refresh token')
  const tokens = await client.refreshTokenGrant(await discover(), old)
  const subject = tokens.claims()?.sub ?? ''
  await client.fetchUserInfo(await discover(), tokens.access_token, subject)
  visitor.signedIn = { ...signedIn, tokens }
  return `<h1>Refreshed</h1><p>${tokens.refresh_token === old ? 'the same token' : 'another token'}</p>`
}

function leave(config: client.Configuration, visitor: Visitor, url: URL): URL {
  const idToken = visitor.signedIn?.tokens.id_token
  delete visitor.signedIn
  return client.buildEndSessionUrl(config, {
    ...(idToken !== undefined && { id_token_hint: idToken }),
    post_logout_redirect_uri: `${url.origin}/bye`,
  })
}

const codeOf = (error: unknown): string =>
  error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError
    ? error.error
    : String(error)

/** With an icon in it, so that no browser asks for one. */
const html = (body: string): string =>
  `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">${body}</html>`
