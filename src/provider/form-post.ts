import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { redirectSource } from '../security/csp.ts'

/**
 * Pages of the library whose form sends itself: `response_mode=form_post` carries a response to the client, a sign-in as
 * somebody else first ends the session that was there, and who signs out without a session is only sent on. Browsers
 * apply `form-action` to the redirects that follow, so the policy has to name the end of the way; the hash of the one
 * script the library adds by itself.
 */
export function fitFormPost(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    const oidc = ctx['oidc'] as KoaContextWithOIDC['oidc'] | undefined
    const end =
      oidc === undefined || oidc.route === 'token' || !ctx.response.is('html') ? undefined : whereItEnds(oidc)
    if (end === undefined) return
    const policy = String(ctx.response.get('content-security-policy'))
    ctx.set(
      'content-security-policy',
      policy.replace("form-action 'self'", `form-action 'self' ${redirectSource(end)}`),
    )
  })
}

/** Only an address that was proven to be the client's: the page that refuses one has no way to it either. */
function whereItEnds(oidc: KoaContextWithOIDC['oidc']): string | undefined {
  const { client, entities, params, route, session } = oidc
  const asked = (name: string): string => String(params?.[name] ?? '')
  if (route === 'resume' && params === undefined) {
    const stored = entities.Interaction?.params['redirect_uri']
    return typeof stored === 'string' ? stored : undefined
  }
  if (route === 'end_session' && session?.accountId === undefined) {
    const uri = asked('post_logout_redirect_uri')
    return client?.postLogoutRedirectUriAllowed(uri) === true ? uri : undefined
  }
  const uri = asked('redirect_uri')
  return asked('response_mode') === 'form_post' && client?.redirectUriAllowed(uri) === true ? uri : undefined
}
