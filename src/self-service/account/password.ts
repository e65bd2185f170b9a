/** `/account/password`: another password, by the one before; or a first one. */
import type { Context } from 'koa'
import type { Account } from '../../accounts/account.ts'
import type { ChangePasswordOutcome, PasswordChange } from '../../accounts/change-password.ts'
import type { Origin } from '../../audit/event.ts'
import type { AccountPasswordModel } from '../../pages/account-models.ts'
import { minutesOf, refusalHeaders } from '../../security/rate-limit/refusal.ts'
import type { SignInGuard } from '../../security/rate-limit/sign-in-guard.ts'
import { AppError } from '../../shared/app-error.ts'
import type { AccountPage, SignedIn, Visit } from './page.ts'

export interface PasswordUse {
  /** When it was set, epoch ms; undefined where there is none. */
  passwordSetAt: (account: Account) => Promise<number | undefined>
  changePassword: (account: Account, change: PasswordChange, origin: Origin) => Promise<ChangePasswordOutcome>
  /** Where the current password is tried, as at a sign-in. */
  guard: Pick<SignInGuard, 'admit'>
  addressOf: (ctx: Context) => string
  /** This browser stays signed in. */
  beginAnew: (ctx: Context, session: SignedIn) => Promise<void>
  minLength: number
}

type Fault = NonNullable<AccountPasswordModel['error']>

export function createPasswordPage(use: PasswordUse): AccountPage {
  const page = async (visit: Visit, error?: Fault): Promise<void> => {
    const setAt = await use.passwordSetAt(visit.account)
    const model = { setAt, minLength: use.minLength, ...(error && { error }) }
    visit.show('account-password', model, error && { status: statusOf(error) })
  }
  return {
    path: '/account/password',
    entry: { group: 'sign_in', icon: 'lock', title: 'account.password.title' },
    fresh: 'always',
    show: (visit) => page(visit),
    submit: async (visit, form) => {
      const { current_password: current = '', password = '' } = form
      const asked = (await use.passwordSetAt(visit.account)) !== undefined
      if (password === '' || (asked && current === '')) return page(visit, { kind: 'missing' })
      const fault = await change(use, visit, { current, password })
      if (fault !== undefined) return page(visit, fault)
      await use.beginAnew(visit.ctx, visit.session)
      visit.done('password_changed')
    },
    summary: async ({ account }) => {
      const at = await use.passwordSetAt(account)
      return at === undefined ? { says: 'account.password.none' } : { says: 'account.password.set', at }
    },
  }
}

const statusOf = (error: Fault): number => {
  if (error.kind !== 'busy') return 400
  return error.minutes === undefined ? 503 : 429
}

/** Undefined when it is done. */
async function change(use: PasswordUse, visit: Visit, passwords: PasswordChange): Promise<Fault | undefined> {
  const { ctx, account, origin } = visit
  const here = { ip: use.addressOf(ctx), cookieHeader: ctx.headers.cookie, username: account.email }
  const admission = await use.guard.admit(here)
  if (!admission.ok) {
    ctx.set(refusalHeaders(admission.refusal))
    return { kind: 'busy', minutes: minutesOf(admission.refusal) }
  }
  const { attempt } = admission
  const outcome = await use.changePassword(account, passwords, origin).catch(async (error: unknown) => {
    await attempt.giveBack()
    if (error instanceof AppError && error.code === 'busy') return BUSY
    throw error
  })
  if (outcome === BUSY) return { kind: 'busy' }
  const wrong = !outcome.ok && outcome.reason === 'wrong_password'
  await (wrong ? attempt.failed() : attempt.giveBack())
  if (outcome.ok) return undefined
  if (outcome.reason === 'gone') throw new AppError('interaction_expired', 'This account is gone.')
  return { kind: outcome.reason }
}

const BUSY = 'busy' as const
