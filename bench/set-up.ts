/** What the benchmarks measure on: a person, a client of each kind, a resource whose access tokens are JWTs. */
import { PERSON, type RelyingParty } from '../test/support/flows.ts'

export const WEB: RelyingParty = {
  clientId: 'web',
  secret: 'web-secret-0123456789abcdef',
  redirectUri: 'https://web.example/cb',
}
export const SERVICE = { clientId: 'service', secret: 'service-secret-0123456789' }
export const OFFLINE = { scope: 'openid profile email offline_access', prompt: 'consent' }
export const FOR_API = { ...OFFLINE, scope: `${OFFLINE.scope} api:read`, resource: 'https://api.example' }

export const SET_UP = {
  version: 1,
  clients: [
    {
      client_id: 'web',
      profile: 'web',
      client_secret: WEB.secret,
      redirect_uris: [WEB.redirectUri],
      first_party: true,
    },
    { client_id: 'service', profile: 'service', client_secret: SERVICE.secret },
  ],
  resource_servers: [
    { identifier: FOR_API.resource, scopes: ['api:read'], access_token_format: 'jwt', signing_alg: 'ES256' },
  ],
  users: [{ email: PERSON.email, password: PERSON.password }],
}

export const print = (line = ''): void => void process.stdout.write(`${line}\n`)

export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5)
export const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 5000)

/** Of a sorted or unsorted list; `part` is between 0 and 1. */
export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0

export const median = (values: readonly number[]): number => quantile(values, 0.5)
