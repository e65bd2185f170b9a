import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { GrantStore, StoredEvent } from '../../adapters/contract.ts'
import type { ShowPage } from '../pages/respond.ts'
import type { Endings } from './endings.ts'
import { outlivesSignOut } from './online.ts'
import { orUnavailable } from './unavailable.ts'

export interface LogoutUse {
  showPage: ShowPage
  emailOf: (sub: string) => Promise<string | undefined>
}

/** RP-Initiated Logout 1.0: nobody is signed out by a link; the page asks, and its form carries the session's proof. */
export function createLogoutPages({ showPage, emailOf }: LogoutUse) {
  const clientFace = ({ oidc: { client } }: KoaContextWithOIDC) =>
    client === undefined ? {} : { client: { name: client.clientName ?? client.clientId } }
  return {
    logoutSource: async (ctx: KoaContextWithOIDC): Promise<void> => {
      const { session, params } = ctx.oidc
      const secret = String(session?.state?.['secret'] ?? '')
      const email =
        session?.accountId === undefined ? undefined : await orUnavailable(emailOf(session.accountId))
      const back = session?.state?.['postLogoutRedirectUri']
      showPage(
        ctx,
        'logout',
        {
          action: new URL(ctx.oidc.urlFor('end_session_confirm')).pathname,
          // The library reads `xsrf`; `csrf` is the name that every form of ours has.
          fields: [
            { name: 'xsrf', value: secret },
            { name: 'csrf', value: secret },
          ],
          ...clientFace(ctx),
          ...(email === undefined ? {} : { email }),
          ...(ctx.oidc.client?.clientUri === undefined ? {} : { stay: ctx.oidc.client.clientUri }),
        },
        {
          uiLocales: typeof params?.['ui_locales'] === 'string' ? params['ui_locales'] : undefined,
          leadsTo: typeof back === 'string' ? back : undefined,
          again: ctx.method === 'GET' ? given(params) : undefined,
        },
      )
    },
    postLogoutSuccessSource: (ctx: KoaContextWithOIDC): void => {
      const next = ctx.oidc.client?.clientUri
      const model = { ...clientFace(ctx), ...(next === undefined ? {} : { next }) }
      showPage(ctx, 'logged-out', model, { again: given(ctx.oidc.params) })
    },
  }
}

/** What the library understood of a request. */
const given = (params: object = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

/**
 * No page of ours is shown again by the back button. Cookies are not in it: those of all neighbours below our domain
 * would go too. Ours end by their names.
 */
export const CLEAR_SITE_DATA = '"cache"'

/**
 * Signing out ends what the session brought: codes and access tokens at once, and what the browser keeps of our pages.
 * A family with `offline_access` was meant to outlive it.
 */
export function endGrantsAtLogout(provider: Provider, store: GrantStore, endings: Endings): void {
  provider.use(async (ctx, next) => {
    await next()
    const oidc = ctx['oidc'] as KoaContextWithOIDC['oidc'] | undefined
    if (oidc?.route !== 'end_session_confirm' || !oidc.session?.uid || ctx.status >= 400) return
    const ended = (oidc.session as { destroyed?: boolean }).destroyed === true
    if (!ended) return
    ctx.set('clear-site-data', CLEAR_SITE_DATA)
    const event = endings.of(ctx as KoaContextWithOIDC)
    await orUnavailable(endSignOn(store, oidc.session.uid, event))
  })
}

/** Codes, access tokens and families of a session, as a sign-out ends them. */
export async function endSignOn(store: GrantStore, session: string, event: StoredEvent): Promise<void> {
  for await (const batch of store.list('session', session)) {
    const over = batch.filter((grant) => !outlivesSignOut(grant)).map(({ key }) => key)
    if (over.length > 0) await store.revokeEach(over, event)
  }
}
