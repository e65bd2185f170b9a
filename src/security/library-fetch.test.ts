import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Provider } from 'oidc-provider'
import { afterAll, expect, it } from 'vitest'
import { createLibraryFetch } from './library-fetch.ts'
import { createOutboundFetch } from './outbound-fetch.ts'

const ISSUER = 'http://localhost:3000'
const own = await generateKeyPair('ES256', { extractable: true })
const clients = await generateKeyPair('ES256', { extractable: true })
const document = JSON.stringify({
  keys: [{ ...(await exportJWK(clients.publicKey)), kid: 'k', alg: 'ES256' }],
})

let answer: { status: number; headers?: Record<string, string>; body?: string } | 'none' = {
  status: 200,
  body: document,
}
let asked = 0
const site = createServer((_req, res) => {
  asked += 1
  if (answer !== 'none') res.writeHead(answer.status, answer.headers).end(answer.body)
}).listen(0, '127.0.0.1')
await once(site, 'listening')
afterAll(() => {
  site.closeAllConnections()
  site.close()
})
const address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/jwks`

/** A client that signs its assertions with a key which the library has to fetch. */
async function statusOfToken(allowPrivate: boolean): Promise<number> {
  const outboundFetch = createOutboundFetch({ rules: { allowPrivate, requireHttps: false } })
  const provider = new Provider(ISSUER, {
    clientAuthMethods: ['private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [
      {
        client_id: 'signer',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: address,
      },
    ],
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
    fetch: createLibraryFetch(outboundFetch),
    jwks: { keys: [{ ...(await exportJWK(own.privateKey)), alg: 'ES256' }] },
  })
  const server = createServer(provider.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer('signer')
    .setSubject('signer')
    .setAudience(ISSUER)
    .setJti(crypto.randomUUID())
    .setExpirationTime('1m')
    .sign(clients.privateKey)
  const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  })
  server.close()
  return status
}

it('the library fetches the keys of a client by our way out', async () => {
  answer = { status: 200, body: document }
  expect(await statusOfToken(true)).toBe(200)
  expect(asked).toBe(1)
})

it('A-311 not from a private address', async () => {
  asked = 0
  expect([await statusOfToken(false), asked]).toEqual([401, 0])
})

it.each([
  ['garbage', { status: 200, body: '<html>' }],
  ['nothing', { status: 204 }],
  ['five megabytes', { status: 200, body: document.padEnd(5_000_000) }],
  ['the way elsewhere', { status: 302, headers: { location: address } }],
  ['silence', 'none'],
] as const)('A-213 a site of keys that answers with %s leaves its client unknown', async (_, given) => {
  asked = 0
  answer = given
  expect([await statusOfToken(true), asked]).toEqual([401, 1])
})
