/**
 * `/account/email/verify` and `/account/email/confirm`: behind the links that prove an address, the one that an account has
 * and the one that it is to get. They ask for a sign-in, so that who reads the mail and who has the account are one: nobody
 * comes to an account that a stranger has prepared by a click in a mail.
 */
import type { Account } from '../../accounts/account.ts'
import type { FoundChange } from '../../accounts/confirm-email-change.ts'
import type { Origin } from '../../audit/event.ts'
import { linkExpired } from '../one-time-link.ts'
import type { AccountPage, Visit } from './page.ts'

export interface VerifyEmailPageUse {
  provesEmail: (token: string, account: Account) => Promise<boolean>
  verifyEmail: (token: string, account: Account, origin: Origin) => Promise<boolean>
}

export interface ConfirmEmailPageUse {
  findEmailChange: (token: string) => Promise<FoundChange | undefined>
  confirmEmailChange: (token: string, origin: Origin) => Promise<'waiting' | 'changed' | undefined>
}

export const CONFIRM_PATH = '/account/email/confirm'
export const VERIFY_PATH = '/account/email/verify'

export const createVerifyEmailPage = (use: VerifyEmailPageUse): AccountPage => ({
  path: VERIFY_PATH,
  show: async (visit) => {
    if (!(await use.provesEmail(tokenIn(visit), visit.account))) throw linkExpired()
    visit.show('account-verify-email', { email: visit.account.email, kind: 'verify' })
  },
  submit: async (visit) => {
    if (!(await use.verifyEmail(tokenIn(visit), visit.account, visit.origin))) throw linkExpired()
    visit.done('email_verified', '/account/email')
  },
})

const tokenIn = ({ ctx }: Visit): string => {
  const { token } = ctx.query
  return typeof token === 'string' ? token : ''
}

export const createConfirmEmailPage = (use: ConfirmEmailPageUse): AccountPage => ({
  path: CONFIRM_PATH,
  show: async (visit) => {
    const { email } = await changeOf(use, visit)
    visit.show('account-verify-email', { email, kind: 'change' })
  },
  submit: async (visit) => {
    await changeOf(use, visit)
    const outcome = await use.confirmEmailChange(tokenIn(visit), visit.origin)
    if (outcome === undefined) throw linkExpired()
    visit.done(outcome === 'changed' ? 'email_changed' : 'email_confirmed', '/account/email')
  },
})

async function changeOf({ findEmailChange }: ConfirmEmailPageUse, visit: Visit): Promise<{ email: string }> {
  const found = await findEmailChange(tokenIn(visit))
  if (found?.account.id !== visit.account.id) throw linkExpired()
  return found.change
}
