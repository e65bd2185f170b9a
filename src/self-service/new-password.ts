/** The page of a one-time link at which its person sets a new password. To open it spends nothing; its form does. */
import type Router from '@koa/router'
import type { Context } from 'koa'
import type { RedeemLinkOutcome } from '../accounts/redeem-link.ts'
import type { Origin } from '../audit/event.ts'
import type { PasskeyByLink } from '../methods/passkey/redeem-link.ts'
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
  /** Where a passkey may take the password's place. */
  passkey?: PasskeyByLink
  done: (ctx: Context, email: string, by: 'password' | 'passkey') => void
}

export function addNewPasswordPage(
  router: Router,
  use: NewPasswordUse,
  { path, page, passkey, done }: NewPasswordPage,
): void {
  const { minLength } = use
  const show = async (
    ctx: Context,
    token: string,
    email: string,
    error?: SetPasswordModel['error'],
  ): Promise<void> => {
    const offers = (await passkey?.offers(token)) === true
    const model = {
      ...{ csrf: use.csrf.token(token), minLength, email, passkey: offers },
      ...(error && { error }),
    }
    const status = error === undefined ? 200 : error === 'forbidden' ? 403 : 400
    use.showPage(ctx, page, model, { status, again: { token } })
  }
  router.get(path, async (ctx) => {
    const { token, email } = await openOneTimeLink(use, ctx)
    await show(ctx, token, email)
  })
  router.post(path, async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const form = await readForm(ctx)
    const { token, email } = await openOneTimeLink(use, ctx)
    const { password = '' } = form
    if (!use.csrf.check(token, form['csrf'])) return show(ctx, token, email, 'forbidden')
    if (passkey !== undefined && form['action'] === 'challenge') return ask(ctx, passkey, token)
    if (passkey !== undefined && form['response'] !== undefined) {
      const outcome = await passkey.redeem(token, form['response'], use.originOf(ctx))
      return outcome === 'done' ? done(ctx, email, 'passkey') : show(ctx, token, email, outcome)
    }
    if (password === '') return show(ctx, token, email, 'missing')
    const outcome = await use.redeemLink(token, password, use.originOf(ctx))
    if (outcome.ok) return done(ctx, email, 'password')
    if (outcome.reason === 'link_expired') throw linkExpired()
    return show(ctx, token, email, outcome.reason)
  })
}

/** For the page's script, which asks without leaving the page. */
async function ask(ctx: Context, passkey: PasskeyByLink, token: string): Promise<void> {
  const challenge = await passkey.ask(token)
  ctx.status = challenge === undefined ? 400 : 200
  ctx.set('cache-control', 'no-store')
  ctx.body = challenge === undefined ? { error: 'not_offered' } : { challenge }
}
