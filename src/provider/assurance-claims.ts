/** What access tokens say of how their person signed in (RFC 9068 §2.2.1, RFC 9470 §6): the same from the first to the last. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Grant, Json } from '../../adapters/contract.ts'
import type { TokenRequests } from './token-request.ts'

/** As it was when they signed in: a refresh proves nothing. `auth_time`: epoch seconds. */
export function assuranceOf({ code }: Pick<Grant, 'code'>): Record<string, Json> {
  const { acr, amr, authTime } = code?.payload ?? {}
  return {
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(authTime !== undefined && { auth_time: authTime }),
  }
}

/** Of opaque ones to who introspects them; JWTs say it themselves. */
export function tellAssurance(provider: Provider, requests: Pick<TokenRequests, 'of'>): void {
  provider.use(async (ctx, next) => {
    await next()
    const { oidc } = ctx as KoaContextWithOIDC
    if (oidc?.route !== 'introspection' || oidc.entities.AccessToken === undefined) return
    const { active } = ctx.body as { active?: unknown }
    const request = requests.of(ctx as KoaContextWithOIDC)
    if (active === true && request !== undefined)
      Object.assign(ctx.body as object, assuranceOf(request.grant))
  })
}
