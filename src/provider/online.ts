/**
 * Which families outlive a plain sign-out. `offline_access` says so (OpenID Connect Core §11). A page whose tokens are
 * bound to a key of its own has a family without it, too, so that it stays signed in as long as the person is.
 */
import type { Client, KoaContextWithOIDC } from 'oidc-provider'
import type { Grant } from '../../adapters/contract.ts'
import { FIRST_PARTY } from '../clients/client.ts'
import { splitScope } from './scopes.ts'

/** Asked of a code, after the request's proof was found good. */
export async function issueRefreshToken(
  ctx: KoaContextWithOIDC,
  client: Client,
  source: { scopes: ReadonlySet<string> },
): Promise<boolean> {
  if (client.clientId === FIRST_PARTY) return true
  if (!client.grantTypeAllowed('refresh_token')) return false
  return source.scopes.has('offline_access') || (client.clientAuthMethod === 'none' && ctx.get('dpop') !== '')
}

export function outlivesSignOut({ family, code }: Grant): boolean {
  const scope = code?.payload['scope']
  return family !== undefined && typeof scope === 'string' && splitScope(scope).includes('offline_access')
}
