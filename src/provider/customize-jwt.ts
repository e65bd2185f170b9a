/** What JWT access tokens (RFC 9068) say beyond what the library puts into them. */
import type { Configuration } from 'oidc-provider'
import type { Json } from '../../adapters/contract.ts'
import { assuranceOf } from './assurance-claims.ts'
import type { Epochs } from './epochs.ts'
import type { TokenRequests } from './token-request.ts'

type CustomizeJwt = NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']>

/**
 * A person's says how they signed in, and names its session as the id token does: by a `sid` that is its client's alone. One that a client got for
 * itself belongs to no grant that could end, so its `jti` says when it was made, in the terms in which things end.
 */
export const createCustomizeJwt =
  (epochs: Epochs, requests: Pick<TokenRequests, 'of'>): CustomizeJwt =>
  async (ctx, token, { payload }) => {
    if ('sid' in token && typeof token.sid === 'string') payload['sid'] = token.sid
    const request = requests.of(ctx)
    if (request !== undefined) Object.assign(payload, assuranceOf(request.grant))
    if (token.kind !== 'ClientCredentials') return
    const made = JSON.stringify(await epochs.now({ client: token.clientId }))
    payload['jti'] = `${String(payload['jti'])}.${Buffer.from(made).toString('base64url')}`
  }

/** When a client's own token was made, for `Epochs.isCurrent`; undefined where it does not say. */
export function madeIn(jti: string): Json | undefined {
  const [, made = ''] = jti.split('.')
  try {
    return JSON.parse(Buffer.from(made, 'base64url').toString()) as Json
  } catch {
    return undefined
  }
}
