/** The page behind the one-time link of `user create`. */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { PasswordRefusal } from '../accounts/password-policy.ts'
import type { Origin } from '../audit/event.ts'
import type { SetPasswordModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'

type RedemptionRefusal = PasswordRefusal | 'link_expired'

export interface SetPasswordUse extends OneTimeLinkUse {
  issuer: string
  csrf: Csrf
  showPage: ShowPage
  redeemLink: (
    token: string,
    password: string,
    origin: Origin,
  ) => Promise<{ ok: true } | { ok: false; reason: RedemptionRefusal }>
  originOf: (ctx: Context) => Origin
  minLength: number
}

export const SET_PASSWORD_PATH = '/set-password'

export function createSetPasswordRouter(use: SetPasswordUse): Router {
  const router = new Router({ sensitive: true })
  router.get(SET_PASSWORD_PATH, async (ctx) => {
    const { token, email } = await openOneTimeLink(use, ctx)
    page(use, ctx, token, { email })
  })
  router.post(SET_PASSWORD_PATH, async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const form = await readForm(ctx)
    const { token, email } = await openOneTimeLink(use, ctx)
    const { password = '' } = form
    if (!use.csrf.check(token, form['csrf'])) return page(use, ctx, token, { email, error: 'forbidden' }, 403)
    if (password === '') return page(use, ctx, token, { email, error: 'missing' }, 400)
    const outcome = await use.redeemLink(token, password, use.originOf(ctx))
    if (outcome.ok) return use.showPage(ctx, 'set-password-done', { email, next: '/' })
    if (outcome.reason === 'link_expired') throw linkExpired()
    page(use, ctx, token, { email, error: outcome.reason }, 400)
  })
  return router
}

function page(
  use: SetPasswordUse,
  ctx: Context,
  token: string,
  model: Pick<SetPasswordModel, 'email' | 'error'>,
  status = 200,
): void {
  const { minLength } = use
  use.showPage(
    ctx,
    'set-password',
    { csrf: use.csrf.token(token), minLength, ...model },
    { status, again: { token } },
  )
}
