/** The page behind the one-time link of `user create`. Opening it spends nothing: mail scanners open links too. */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { PasswordRefusal } from '../accounts/password-policy.ts'
import type { Origin } from '../audit/event.ts'
import type { SetPasswordModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { Csrf } from '../security/csrf.ts'
import { refuseForeignOrigin } from '../security/origin.ts'
import type { CountLimit } from '../security/rate-limit/count-limit.ts'
import { networkOf } from '../security/rate-limit/network.ts'
import { RateLimited, type Refusal } from '../security/rate-limit/refusal.ts'
import { AppError } from '../shared/app-error.ts'

type RedemptionRefusal = PasswordRefusal | 'link_expired'

export interface SetPasswordUse {
  issuer: string
  csrf: Csrf
  showPage: ShowPage
  /** Whose link this is; undefined when it was used, replaced, expired or never made. */
  findLink: (token: string) => Promise<{ email: string } | undefined>
  redeemLink: (
    token: string,
    password: string,
    origin: Origin,
  ) => Promise<{ ok: true } | { ok: false; reason: RedemptionRefusal }>
  originOf: (ctx: Context) => Origin
  minLength: number
  addressOf: (ctx: Context) => string
  /** Links that lead nowhere, by address. */
  misses: CountLimit
}

export const SET_PASSWORD_PATH = '/set-password'

export function createSetPasswordRouter(use: SetPasswordUse): Router {
  const router = new Router({ sensitive: true })
  router.get(SET_PASSWORD_PATH, async (ctx) => {
    const { token, email } = await open(use, ctx)
    page(use, ctx, token, { email })
  })
  router.post(SET_PASSWORD_PATH, async (ctx) => {
    const foreign = refuseForeignOrigin(ctx.headers, use.issuer)
    if (foreign !== undefined)
      throw new AppError('forbidden', 'This form came from another site.', { detail: foreign })
    const form = await readForm(ctx)
    const { token, email } = await open(use, ctx)
    const { password = '' } = form
    if (!use.csrf.check(token, form['csrf'])) return page(use, ctx, token, { email, error: 'forbidden' }, 403)
    if (password === '') return page(use, ctx, token, { email, error: 'missing' }, 400)
    const outcome = await use.redeemLink(token, password, use.originOf(ctx))
    if (outcome.ok) return use.showPage(ctx, 'set-password-done', { email, next: '/' })
    if (outcome.reason === 'link_expired') throw expired()
    page(use, ctx, token, { email, error: outcome.reason }, 400)
  })
  return router
}

async function open(use: SetPasswordUse, ctx: Context): Promise<{ token: string; email: string }> {
  const network = networkOf(use.addressOf(ctx))
  refuse(use.misses.refusal(() => network))
  const token = ctx.query['token']
  const link = typeof token === 'string' ? await use.findLink(token) : undefined
  if (typeof token === 'string' && link !== undefined) return { token, email: link.email }
  refuse(await use.misses.count(network))
  throw expired()
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new RateLimited(refusal)
}

const expired = (): AppError => new AppError('link_expired', 'This link was used before, or is too old.')

function page(
  use: SetPasswordUse,
  ctx: Context,
  token: string,
  model: Pick<SetPasswordModel, 'email' | 'error'>,
  status = 200,
): void {
  const { minLength } = use
  use.showPage(ctx, 'set-password', { csrf: use.csrf.token(token), minLength, ...model }, { status })
}
