import type { Configuration } from 'oidc-provider'

/**
 * Which pages may read an answer of ours: those of a client's own redirect URIs; at the token endpoint and its like for
 * public clients alone, since no other keeps its secret in a browser. Without credentials, so no cookie is involved.
 */
export const clientBasedCORS: NonNullable<Configuration['clientBasedCORS']> = (ctx, origin, client) => {
  if (origin === 'null') return false
  if (ctx.oidc.route !== 'userinfo' && client.clientAuthMethod !== 'none') return false
  return (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
}
