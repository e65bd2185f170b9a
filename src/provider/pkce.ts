import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'

/** RFC 7636, S256 only, for every client; a confidential one may be set up without (RFC 9700 §2.1.1). */
export const pkce: NonNullable<Configuration['pkce']> = {
  required: (_ctx, client) => client['require_pkce'] !== false || client.clientAuthMethod === 'none',
}

/** What the library offers and takes; so a code need not carry it. */
export const ONLY_CHALLENGE_METHOD = 'S256'

/** A client without PKCE must bind the code to its own request by `nonce` instead. */
export function requireNonceWithoutPkce({ oidc }: KoaContextWithOIDC): void {
  const { client, params } = oidc
  if (client?.['require_pkce'] !== false || params?.['code_challenge'] !== undefined) return
  if (params?.['nonce'] === undefined) {
    throw new errors.InvalidRequest('this client must send code_challenge or nonce')
  }
}
