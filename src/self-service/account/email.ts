/** `/account/email`: the address of a person, proving it, and changing it. */
import type { Account } from '../../accounts/account.ts'
import type { ChangeEmailRefusal } from '../../accounts/ask-to-change-email.ts'
import type { EmailChange } from '../../accounts/email-changes-repository.ts'
import type { Origin } from '../../audit/event.ts'
import type { AccountEmailModel } from '../../pages/account-models.ts'
import type { LanguageOf } from '../../pages/language.ts'
import type { AccountPage, Visit } from './page.ts'

export interface EmailUse {
  askToVerify: (account: Account, origin: Origin, locale: string) => Promise<void>
  languageOf: LanguageOf
  askToChangeEmail: (
    account: Account,
    email: string,
    origin: Origin,
  ) => Promise<ChangeEmailRefusal | undefined>
  withdrawEmailChange: (account: Account, origin: Origin) => Promise<boolean>
  /** The one that is under way. */
  emailChangeOf: (account: Account) => Promise<EmailChange | undefined>
  /** Counts a mail to an address; whether it may go. */
  admitsMail: (email: string) => Promise<boolean>
}

export const createEmailPage = (use: EmailUse): AccountPage => ({
  path: '/account/email',
  entry: { group: 'you', icon: 'mail', title: 'account.email.title' },
  fresh: 'changes',
  show: (visit) => show(use, visit),
  submit: async (visit, form) => {
    const { account, origin } = visit
    if (form['verify'] !== undefined) return verify(use, visit)
    if (form['withdraw'] !== undefined) {
      await use.withdrawEmailChange(account, origin)
      return visit.done('email_kept')
    }
    const { email = '' } = form
    if (email.trim() === '') return show(use, visit, { typed: email, error: 'missing' })
    if (!(await use.admitsMail(email))) return show(use, visit, { typed: email, error: 'too_many' })
    const error = await use.askToChangeEmail(account, email, origin)
    if (error !== undefined) return show(use, visit, { typed: email, error })
    visit.done('email_asked')
  },
})

async function verify(use: EmailUse, visit: Visit): Promise<void> {
  const { ctx, account, origin } = visit
  if (account.emailVerified) return visit.done('email_verified')
  if (!(await use.admitsMail(account.email))) return show(use, visit, { error: 'too_many' })
  await use.askToVerify(account, origin, use.languageOf(ctx))
  visit.done('verification_asked')
}

async function show(
  use: EmailUse,
  visit: Visit,
  refused: Pick<AccountEmailModel, 'typed' | 'error'> = {},
): Promise<void> {
  const { email, emailVerified } = visit.account
  const pending = await use.emailChangeOf(visit.account)
  const status = refused.error === undefined ? 200 : refused.error === 'too_many' ? 429 : 400
  visit.show(
    'account-email',
    { email, emailVerified, ...(pending && { pending: pending.email }), ...refused },
    { status },
  )
}
