import type { Configuration } from 'oidc-provider'
import { FIRST_PARTY } from '../clients/client.ts'

type ClientBasedCORS = NonNullable<Configuration['clientBasedCORS']>

/**
 * Which pages may read an answer of ours: those of a client's own redirect URIs; at the token endpoint and its like for
 * public clients alone, since no other keeps its secret in a browser. Of the built-in client, pages of the listed
 * origins ask for userinfo. Without credentials, so no cookie is involved.
 */
export const createClientBasedCORS =
  (firstPartyOrigins: readonly string[]): ClientBasedCORS =>
  (ctx, origin, client) => {
    if (origin === 'null') return false
    const isUserinfo = ctx.oidc.route === 'userinfo'
    if (client.clientId === FIRST_PARTY) return isUserinfo && firstPartyOrigins.includes(origin)
    if (!isUserinfo && client.clientAuthMethod !== 'none') return false
    return (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
  }
