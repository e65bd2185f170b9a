/** What stands around a deletion: that it was asked for, and the page behind the link that takes it back. */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Origin } from '../audit/event.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'

export interface KeepAccountUse extends OneTimeLinkUse {
  issuer: string
  csrf: Csrf
  showPage: ShowPage
  keepAccount: (token: string, origin: Origin) => Promise<boolean>
  originOf: (ctx: Context) => Origin
  deletionDays: number
}

export const DELETED_PATH = '/account/deleted'
export const KEEP_PATH = '/account/keep'
const KEPT_PATH = '/account/kept'

export function createKeepAccountRouter(use: KeepAccountUse): Router {
  const router = new Router({ sensitive: true })
  router.get(DELETED_PATH, (ctx) => use.showPage(ctx, 'account-deleted', { days: use.deletionDays }))
  router.get(KEPT_PATH, (ctx) => use.showPage(ctx, 'account-kept', {}))
  router.get(KEEP_PATH, async (ctx) => page(use, ctx, await openOneTimeLink(use, ctx)))
  router.post(KEEP_PATH, async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const form = await readForm(ctx)
    const link = await openOneTimeLink(use, ctx)
    if (!use.csrf.check(link.token, form['csrf'])) return page(use, ctx, link, 'forbidden')
    if (!(await use.keepAccount(link.token, use.originOf(ctx)))) throw linkExpired()
    ctx.status = 303
    ctx.redirect(KEPT_PATH)
  })
  return router
}

function page(
  use: KeepAccountUse,
  ctx: Context,
  { token, email }: { token: string; email: string },
  error?: 'forbidden',
): void {
  const model = { csrf: use.csrf.token(token), email, ...(error && { error }) }
  use.showPage(ctx, 'account-keep', model, { status: error ? 403 : 200, again: { token } })
}
