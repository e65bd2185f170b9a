/**
 * "That wasn't me": the page behind the link in a mail. To open it changes nothing; its button ends what was signed in to
 * and the old password, and leads on to a new one.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Origin } from '../audit/event.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'
import { SET_PASSWORD_PATH } from './set-password.ts'

export interface NotMeUse extends OneTimeLinkUse {
  issuer: string
  csrf: Csrf
  showPage: ShowPage
  /** A token that sets a new password; undefined where the link is good no more. */
  disown: (token: string, origin: Origin) => Promise<{ token: string } | undefined>
  originOf: (ctx: Context) => Origin
}

export const NOT_ME_PATH = '/not-me'

export function createNotMeRouter(use: NotMeUse): Router {
  const router = new Router({ sensitive: true })
  router.get(NOT_ME_PATH, async (ctx) => {
    const { token, email } = await openOneTimeLink(use, ctx)
    use.showPage(ctx, 'not-me', { csrf: use.csrf.token(token), email }, { again: { token } })
  })
  router.post(NOT_ME_PATH, async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const form = await readForm(ctx)
    const { token, email } = await openOneTimeLink(use, ctx)
    if (!use.csrf.check(token, form['csrf'])) {
      const model = { csrf: use.csrf.token(token), email, error: 'forbidden' } as const
      return use.showPage(ctx, 'not-me', model, { status: 403, again: { token } })
    }
    const next = await use.disown(token, use.originOf(ctx))
    if (next === undefined) throw linkExpired()
    ctx.status = 303
    ctx.redirect(`${SET_PASSWORD_PATH}?token=${next.token}`)
  })
  return router
}
