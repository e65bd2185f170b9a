/** The page of a one-time link at which its person sets a new password. To open it spends nothing; its form does. */
import type Router from '@koa/router'
import type { Context } from 'koa'
import type { RedeemLinkOutcome } from '../accounts/redeem-link.ts'
import type { Origin } from '../audit/event.ts'
import type { SetPasswordModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'

export interface NewPasswordUse extends OneTimeLinkUse {
  issuer: string
  csrf: Csrf
  showPage: ShowPage
  /** Spends the link. */
  redeemLink: (token: string, password: string, origin: Origin) => Promise<RedeemLinkOutcome>
  originOf: (ctx: Context) => Origin
  minLength: number
}

interface NewPasswordPage {
  path: string
  page: 'set-password' | 'reset-password'
  done: (ctx: Context, email: string) => void
}

export function addNewPasswordPage(
  router: Router,
  use: NewPasswordUse,
  { path, page, done }: NewPasswordPage,
): void {
  const { minLength } = use
  const show = (ctx: Context, token: string, email: string, error?: SetPasswordModel['error']): void => {
    const model = { csrf: use.csrf.token(token), minLength, email, ...(error && { error }) }
    const status = error === undefined ? 200 : error === 'forbidden' ? 403 : 400
    use.showPage(ctx, page, model, { status, again: { token } })
  }
  router.get(path, async (ctx) => {
    const { token, email } = await openOneTimeLink(use, ctx)
    show(ctx, token, email)
  })
  router.post(path, async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const form = await readForm(ctx)
    const { token, email } = await openOneTimeLink(use, ctx)
    const { password = '' } = form
    if (!use.csrf.check(token, form['csrf'])) return show(ctx, token, email, 'forbidden')
    if (password === '') return show(ctx, token, email, 'missing')
    const outcome = await use.redeemLink(token, password, use.originOf(ctx))
    if (outcome.ok) return done(ctx, email)
    if (outcome.reason === 'link_expired') throw linkExpired()
    show(ctx, token, email, outcome.reason)
  })
}
