/**
 * A forgotten password: who asks gets a mail with a link, if it is theirs to ask, and never learns here whether it was. The
 * link sets a new password, and signs nobody in.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { RedeemLinkOutcome } from '../accounts/redeem-link.ts'
import type { Origin } from '../audit/event.ts'
import type { ResetModel, SetPasswordModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { BrowserSecret } from '../security/browser-secret.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import type { MailLimit } from '../security/rate-limit/mail-limit.ts'
import { minutesOf, refusalHeaders } from '../security/rate-limit/refusal.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'
import type { WayBack } from './way-back.ts'

export interface ResetUse extends OneTimeLinkUse {
  issuer: string
  csrf: Csrf
  browser: BrowserSecret
  wayBack: WayBack
  showPage: ShowPage
  limit: MailLimit
  askToReset: (username: string, origin: Origin) => Promise<void>
  resetPassword: (token: string, password: string, origin: Origin) => Promise<RedeemLinkOutcome>
  originOf: (ctx: Context) => Origin
  minLength: number
}

export const RESET_PATHS = {
  ask: '/reset',
  sent: '/reset/sent',
  link: '/reset/password',
  done: '/reset/done',
} as const

export function createResetRouter(use: ResetUse): Router {
  const router = new Router({ sensitive: true })
  router.get(RESET_PATHS.ask, async (ctx) => {
    use.wayBack.keep(ctx)
    await askPage(use, ctx, {})
  })
  router.post(RESET_PATHS.ask, (ctx) => ask(use, ctx))
  router.get(RESET_PATHS.sent, async (ctx) => {
    use.showPage(ctx, 'reset-sent', { back: await use.wayBack.find(ctx) })
  })
  router.get(RESET_PATHS.link, async (ctx) => {
    const { token, email } = await openOneTimeLink(use, ctx)
    passwordPage(use, ctx, token, { email })
  })
  router.post(RESET_PATHS.link, (ctx) => setPassword(use, ctx))
  router.get(RESET_PATHS.done, async (ctx) => {
    use.showPage(ctx, 'reset-done', { back: await use.wayBack.find(ctx) })
  })
  return router
}

const bindingOf = (secret: string): string => `reset ${secret}`

async function ask(use: ResetUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const { username = '' } = form
  if (!use.csrf.check(bindingOf(use.browser.read(ctx) ?? ''), form['csrf']))
    return askPage(use, ctx, { username, error: { kind: 'forbidden' } }, 403)
  if (username.trim() === '') return askPage(use, ctx, { error: { kind: 'missing' } }, 400)
  const refusal = await use.limit.refusal(use.addressOf(ctx))
  if (refusal !== undefined) {
    ctx.set(refusalHeaders(refusal))
    return askPage(use, ctx, { username, error: { kind: 'busy', minutes: minutesOf(refusal) } }, 429)
  }
  if (await use.limit.admits('reset', username)) await use.askToReset(username, use.originOf(ctx))
  ctx.status = 303
  ctx.redirect(RESET_PATHS.sent)
}

async function setPassword(use: ResetUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const { token, email } = await openOneTimeLink(use, ctx)
  const { password = '' } = form
  if (!use.csrf.check(token, form['csrf']))
    return passwordPage(use, ctx, token, { email, error: 'forbidden' }, 403)
  if (password === '') return passwordPage(use, ctx, token, { email, error: 'missing' }, 400)
  const outcome = await use.resetPassword(token, password, use.originOf(ctx))
  if (outcome.ok) {
    ctx.status = 303
    return ctx.redirect(RESET_PATHS.done)
  }
  if (outcome.reason === 'link_expired') throw linkExpired()
  passwordPage(use, ctx, token, { email, error: outcome.reason }, 400)
}

async function askPage(
  use: ResetUse,
  ctx: Context,
  model: Pick<ResetModel, 'username' | 'error'>,
  status = 200,
): Promise<void> {
  const csrf = use.csrf.token(bindingOf(use.browser.ensure(ctx)))
  use.showPage(ctx, 'reset', { csrf, back: await use.wayBack.find(ctx), ...model }, { status })
}

function passwordPage(
  use: ResetUse,
  ctx: Context,
  token: string,
  model: Pick<SetPasswordModel, 'email' | 'error'>,
  status = 200,
): void {
  const { minLength } = use
  const options = { status, again: { token } }
  use.showPage(ctx, 'reset-password', { csrf: use.csrf.token(token), minLength, ...model }, options)
}
