/** What JWT access tokens (RFC 9068) say beyond what the library puts into them. */
import type { Configuration } from 'oidc-provider'
import type { Json } from '../../adapters/contract.ts'
import type { Epochs } from './epochs.ts'

type CustomizeJwt = NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']>

/**
 * A person's names its session as the id token does: by a `sid` that is its client's alone. One that a client got for
 * itself belongs to no grant that could end, so its `jti` says when it was made, in the terms in which things end.
 */
export const createCustomizeJwt =
  (epochs: Epochs): CustomizeJwt =>
  async (_ctx, token, { payload }) => {
    if ('sid' in token && typeof token.sid === 'string') payload['sid'] = token.sid
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
