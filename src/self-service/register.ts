/**
 * Accounts that people make themselves. The form answers every address alike; what it asked for becomes an account by the
 * link in the mail, and signs nobody in.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { RegistrationForm, RegistrationRefusal } from '../accounts/ask-to-register.ts'
import type { FoundRegistration, RegisterOutcome } from '../accounts/register.ts'
import type { Origin } from '../audit/event.ts'
import type { LanguageOf } from '../pages/language.ts'
import type { RegisterConfirmModel, RegisterModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { BrowserSecret } from '../security/browser-secret.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import type { MailLimit } from '../security/rate-limit/mail-limit.ts'
import { minutesOf, refusalHeaders } from '../security/rate-limit/refusal.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'
import type { WayBack } from './way-back.ts'

export interface RegisterPagesUse extends Omit<OneTimeLinkUse, 'findLink'> {
  issuer: string
  csrf: Csrf
  browser: BrowserSecret
  wayBack: WayBack
  showPage: ShowPage
  languageOf: LanguageOf
  limit: MailLimit
  askToRegister: (form: RegistrationForm, origin: Origin) => Promise<RegistrationRefusal | undefined>
  findRegistration: (token: string, browser: string | undefined) => Promise<FoundRegistration | undefined>
  register: (
    token: string,
    by: { browser: string | undefined; password: string | undefined },
    origin: Origin,
  ) => Promise<RegisterOutcome>
  originOf: (ctx: Context) => Origin
  minLength: number
}

export const REGISTER_PATHS = {
  ask: '/register',
  sent: '/register/sent',
  link: '/register/confirm',
  done: '/register/done',
} as const

export function createRegisterRouter(use: RegisterPagesUse): Router {
  const router = new Router({ sensitive: true })
  router.get(REGISTER_PATHS.ask, async (ctx) => {
    use.wayBack.keep(ctx)
    await askPage(use, ctx, {})
  })
  router.post(REGISTER_PATHS.ask, (ctx) => ask(use, ctx))
  router.get(REGISTER_PATHS.sent, async (ctx) => {
    use.showPage(ctx, 'register-sent', { back: await use.wayBack.find(ctx) })
  })
  router.get(REGISTER_PATHS.link, async (ctx) => confirmPage(use, ctx, await opened(use, ctx)))
  router.post(REGISTER_PATHS.link, (ctx) => confirm(use, ctx))
  router.get(REGISTER_PATHS.done, async (ctx) => {
    use.showPage(ctx, 'register-done', { back: await use.wayBack.find(ctx) })
  })
  return router
}

const bindingOf = (secret: string): string => `register ${secret}`

async function ask(use: RegisterPagesUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const { name = '', email = '', password = '' } = form
  const again = (error: RegisterModel['error'], status = 400) =>
    askPage(use, ctx, { name, email, error }, status)
  const browser = use.browser.read(ctx) ?? ''
  if (!use.csrf.check(bindingOf(browser), form['csrf'])) return again('forbidden', 403)
  if ([name, email, password].some((text) => text.trim() === '')) return again('missing')
  const refusal = await use.limit.refusal(use.addressOf(ctx))
  if (refusal !== undefined) {
    ctx.set(refusalHeaders(refusal))
    return again({ minutes: minutesOf(refusal) }, 429)
  }
  const asked = { name, email, password, browser, locale: use.languageOf(ctx) }
  const refused = await use.askToRegister(asked, use.originOf(ctx))
  if (refused !== undefined) return again(refused)
  ctx.status = 303
  ctx.redirect(REGISTER_PATHS.sent)
}

async function askPage(
  use: RegisterPagesUse,
  ctx: Context,
  model: Pick<RegisterModel, 'name' | 'email' | 'error'>,
  status = 200,
): Promise<void> {
  const csrf = use.csrf.token(bindingOf(use.browser.ensure(ctx)))
  const { minLength } = use
  const back = await use.wayBack.find(ctx)
  const hint = back?.hint !== undefined && { email: back.hint }
  use.showPage(ctx, 'register', { csrf, minLength, back, ...hint, ...model }, { status })
}

interface Opened {
  token: string
  email: string
  begunHere: boolean
}

/** What the link stands for, in this browser. */
async function opened(use: RegisterPagesUse, ctx: Context): Promise<Opened> {
  let begunHere = false
  const findLink = async (token: string) => {
    const found = await use.findRegistration(token, use.browser.read(ctx))
    begunHere = found?.begunHere === true
    return found?.registration
  }
  return { ...(await openOneTimeLink({ ...use, findLink }, ctx)), begunHere }
}

async function confirm(use: RegisterPagesUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const found = await opened(use, ctx)
  const { token } = found
  if (!use.csrf.check(token, form['csrf'])) return confirmPage(use, ctx, found, 'forbidden', 403)
  const by = { browser: use.browser.read(ctx), password: form['password'] }
  const outcome = await use.register(token, by, use.originOf(ctx))
  if (outcome.ok) {
    ctx.status = 303
    return ctx.redirect(REGISTER_PATHS.done)
  }
  if (outcome.reason === 'link_expired') throw linkExpired()
  confirmPage(use, ctx, found, outcome.reason, 400)
}

function confirmPage(
  use: RegisterPagesUse,
  ctx: Context,
  { token, email, begunHere }: Opened,
  error?: RegisterConfirmModel['error'],
  status = 200,
): void {
  const model = { csrf: use.csrf.token(token), email, begunHere, minLength: use.minLength }
  const options = { status, again: { token } }
  use.showPage(ctx, 'register-confirm', { ...model, ...(error && { error }) }, options)
}
