/**
 * The yardstick: `oidc-provider` alone, everything in memory, one static client of each kind, the same algorithms and
 * lives. Prints one JSON line: its port, and refresh tokens to begin with.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider'

const families = Number(process.argv[2] ?? 32)
const API = 'https://api.example'
const API_SCOPE = 'api:read'
const { privateKey } = await generateKeyPair('ES256', { extractable: true })
const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'bench' }

/**
 * As the library's own in-memory adapter, but for two of its ways that would say nothing here: it forgets all but a
 * thousand entries, grants in use among them, and goes through all of a grant's tokens at each write.
 */
const entries = new Map<string, AdapterPayload>()
const inMemory = (model: string): Adapter => {
  const key = (id: string): string => `${model}:${id}`
  return {
    upsert: async (id, payload) => void entries.set(key(id), payload),
    find: async (id) => entries.get(key(id)),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async (id) => void Object.assign(entries.get(key(id)) ?? {}, { consumed: Date.now() / 1000 }),
    destroy: async (id) => void entries.delete(key(id)),
    revokeByGrantId: async () => undefined,
  }
}

const provider = new Provider('http://localhost:3000', {
  adapter: inMemory,
  clients: [
    {
      client_id: 'service',
      client_secret: 'service-secret-0123456789',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: 'web',
      client_secret: 'web-secret-0123456789abcdef',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://web.example/cb'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  cookies: { keys: ['bench'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: API_SCOPE,
        audience: API,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  jwks: { keys: [jwk] },
  responseTypes: ['code'],
  rotateRefreshToken: true,
  ttl: { AccessToken: 900, ClientCredentials: 900, IdToken: 900, RefreshToken: 604_800, Grant: 2_592_000 },
})

const client = await provider.Client.find('web')
if (client === undefined) throw new Error('the client is not there')
async function family(accountId: string, resource?: string): Promise<string> {
  const scope = 'openid profile email offline_access'
  const grant = new provider.Grant({ accountId, clientId: 'web' })
  grant.addOIDCScope(scope)
  if (resource !== undefined) grant.addResourceScope(resource, API_SCOPE)
  const grantId = await grant.save()
  const asked = resource === undefined ? { scope } : { scope: `${scope} ${API_SCOPE}`, resource }
  const token = new provider.RefreshToken({
    ...{ accountId, client, grantId, gty: 'authorization_code' },
    ...asked,
  } as never)
  return token.save()
}
const refreshTokens: string[] = []
const forApi: string[] = []
for (let n = 0; n < families; n++) {
  refreshTokens.push(await family(`person-${n}`))
  forApi.push(await family(`person-${n}`, API))
}
const server = createServer(provider.callback()).listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
process.stdout.write(
  `${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0, refreshTokens, forApi })}\n`,
)
