/**
 * A forgotten password: who asks gets a mail with a link, if it is theirs to ask, and never learns here whether it was. The
 * link sets a new password, and signs nobody in.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Origin } from '../audit/event.ts'
import type { LanguageOf } from '../pages/language.ts'
import type { ResetModel } from '../pages/models.ts'
import { readForm } from '../security/body.ts'
import type { BrowserSecret } from '../security/browser-secret.ts'
import { admitOwnForm } from '../security/origin.ts'
import type { MailLimit } from '../security/rate-limit/mail-limit.ts'
import { minutesOf, refusalHeaders } from '../security/rate-limit/refusal.ts'
import { addNewPasswordPage, type NewPasswordUse } from './new-password.ts'
import type { WayBack } from './way-back.ts'

export interface ResetUse extends NewPasswordUse {
  browser: BrowserSecret
  wayBack: WayBack
  limit: MailLimit
  languageOf: LanguageOf
  askToReset: (username: string, origin: Origin, locale: string) => Promise<void>
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
  addNewPasswordPage(router, use, {
    path: RESET_PATHS.link,
    page: 'reset-password',
    done: (ctx) => {
      ctx.status = 303
      ctx.redirect(RESET_PATHS.done)
    },
  })
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
  if (await use.limit.admits('reset', username))
    await use.askToReset(username, use.originOf(ctx), use.languageOf(ctx))
  ctx.status = 303
  ctx.redirect(RESET_PATHS.sent)
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
