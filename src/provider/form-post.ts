import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { FormPostModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import { replaceResponseMode } from './internals.ts'

/**
 * Pages whose form sends itself, or is sent by a person whose browser runs no script. Browsers apply `form-action` to the
 * redirects that follow, so each page's policy names the end of the way.
 */
export function showFormPosts(provider: Provider, showPage: ShowPage): void {
  // OAuth 2.0 Form Post Response Mode. Called for an address that was proven to be the client's.
  replaceResponseMode(provider, 'form_post', (ctx, action, fields) => {
    const status = 'error' in fields ? 400 : 200
    const model = { action, fields: fieldsOf(fields), ...clientFace(ctx) }
    showPage(ctx, 'form-post', model, { status, leadsTo: action })
  })
  // The library confirms a sign-out by itself where somebody signs in as somebody else, or nobody is signed in.
  provider.use(async (ctx, next) => {
    await next()
    const oidc = ctx['oidc'] as KoaContextWithOIDC['oidc'] | undefined
    if (oidc === undefined || ctx.status !== 200 || !confirmsByItself(oidc)) return
    const fields = { xsrf: oidc.session?.state?.['secret'], logout: 'yes' }
    const model = { action: oidc.urlFor('end_session_confirm'), fields: fieldsOf(fields) }
    showPage(ctx, 'form-post', model, { leadsTo: whereItEnds(oidc) })
  })
}

const fieldsOf = (fields: Record<string, unknown>): FormPostModel['fields'] =>
  Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  )

const clientFace = ({ oidc: { client } }: KoaContextWithOIDC): Pick<FormPostModel, 'client'> =>
  client === undefined ? {} : { client: { name: client.clientName ?? client.clientId } }

/** A resumed flow answers by redirects otherwise; a sign-out with somebody to ask has its own page. */
const confirmsByItself = ({ route, params, session }: KoaContextWithOIDC['oidc']): boolean =>
  (route === 'resume' && params === undefined) ||
  (route === 'end_session' && session?.accountId === undefined)

/** Only an address that was proven to be the client's. */
function whereItEnds({ client, entities, params, route }: KoaContextWithOIDC['oidc']): string | undefined {
  if (route === 'resume') {
    const stored = entities.Interaction?.params['redirect_uri']
    return typeof stored === 'string' ? stored : undefined
  }
  const uri = String(params?.['post_logout_redirect_uri'] ?? '')
  return client?.postLogoutRedirectUriAllowed(uri) === true ? uri : undefined
}
