/**
 * How strong a new password is, asked by a page of ours while it is typed. Nothing is kept of it, nobody else is asked, and
 * the page does without where there is no answer.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { PasswordPolicy } from '../accounts/password-policy.ts'
import type { LanguageOf } from '../pages/language.ts'
import type { Messages } from '../pages/messages.ts'
import { ratingInWords } from '../pages/rating-in-words.ts'
import { readJson } from '../security/json-body.ts'
import { admitOwnForm } from '../security/origin.ts'
import type { CountLimit } from '../security/rate-limit/count-limit.ts'
import { networkOf } from '../security/rate-limit/network.ts'
import { RateLimited, type Refusal } from '../security/rate-limit/refusal.ts'

export interface PasswordStrengthUse {
  issuer: string
  policy: Pick<PasswordPolicy, 'rate' | 'minLength'>
  languageOf: LanguageOf
  messages: Pick<Messages, 't'>
  addressOf: (ctx: Context) => string
  /** How often an address may ask. */
  limit: CountLimit
}

export const PASSWORD_STRENGTH_PATH = '/password-strength'

/** A password of 1,024 bytes, each written as an escape, beside a name and an address. */
const MAX_BYTES = 8192

export function createPasswordStrengthRouter(use: PasswordStrengthUse): Router {
  const router = new Router({ sensitive: true })
  router.post(PASSWORD_STRENGTH_PATH, async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const network = networkOf(use.addressOf(ctx))
    refuse(use.limit.refusal(() => network))
    refuse(await use.limit.count(network))
    const { password, email, name } = await readJson(ctx, MAX_BYTES)
    const rating = await use.policy.rate(textOf(password) ?? '', { email: textOf(email), name: textOf(name) })
    ctx.set('cache-control', 'no-store')
    ctx.body = ratingInWords(use.messages, use.languageOf(ctx), rating, use.policy.minLength)
  })
  return router
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new RateLimited(refusal)
}
