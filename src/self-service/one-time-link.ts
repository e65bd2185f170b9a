/** The page behind a one-time link. Opening it spends nothing: mail scanners open links too. */
import type { Context } from 'koa'
import type { CountLimit } from '../security/rate-limit/count-limit.ts'
import { networkOf } from '../security/rate-limit/network.ts'
import { RateLimited, type Refusal } from '../security/rate-limit/refusal.ts'
import { AppError } from '../shared/app-error.ts'

export interface OneTimeLinkUse {
  /** Whose link this is; undefined when it was used, replaced, expired or never made. */
  findLink: (token: string) => Promise<{ email: string } | undefined>
  addressOf: (ctx: Context) => string
  /** Links that lead nowhere, by address. */
  misses: CountLimit
}

/** Rejects where the link leads nowhere, and for who tries many such. */
export async function openOneTimeLink(
  use: OneTimeLinkUse,
  ctx: Context,
): Promise<{ token: string; email: string }> {
  const network = networkOf(use.addressOf(ctx))
  refuse(use.misses.refusal(() => network))
  const token = ctx.query['token']
  const link = typeof token === 'string' ? await use.findLink(token) : undefined
  if (typeof token === 'string' && link !== undefined) return { token, email: link.email }
  refuse(await use.misses.count(network))
  throw linkExpired()
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new RateLimited(refusal)
}

export const linkExpired = (): AppError =>
  new AppError('link_expired', 'This link was used before, or is too old.')
