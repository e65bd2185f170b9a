/** Mails about an address that is to change: to the old one, to the new one, or to the owner whose it is already. */

import type { Account } from '../accounts/account.ts'
import type { ChangeSide, EmailChange } from '../accounts/email-changes-repository.ts'
import { localeOf, zoneOf } from '../pages/locale-of.ts'
import type { Mails } from '../pages/mails.ts'
import type { Addressed } from './addressed.ts'
import type { MailPayload } from './mail-message.ts'

type Told = Extract<MailPayload, { mail: 'email-change' | 'email-changed' }>

export interface EmailChangePaths {
  /** Where one side of a change says yes; or the account that the new address has. */
  emailChange(
    mailId: string,
    change: string,
    side: ChangeSide,
  ): Promise<{ change: EmailChange; link: string } | { account: Account } | undefined>
  /** Where the old address takes it back. */
  undo(mailId: string, change: string): Promise<{ change: EmailChange; link: string } | undefined>
}

export interface DrawEmailChangeUse {
  mails: Mails
  paths: EmailChangePaths
}

/** Undefined when it is of no use any more. */
export async function drawEmailChange(
  { mails, paths }: DrawEmailChangeUse,
  told: Told,
  account: Account,
  mailId: string,
): Promise<Addressed | undefined> {
  const locale = localeOf(account.profile, mails.locales)
  const zone = zoneOf(account.profile)
  if (told.mail === 'email-changed') {
    const { mail, sub: _, change: id, ...rest } = told
    const made = await paths.undo(mailId, id)
    if (made === undefined) return undefined
    const { fromEmail: email, email: newEmail } = made.change
    return { ...mails.render(mail, locale, { email, newEmail, link: made.link, ...rest }, zone), to: email }
  }
  const { mail, sub: _, change: id, side, ...rest } = told
  const asked = await paths.emailChange(mailId, id, side)
  if (asked === undefined) return undefined
  if ('account' in asked) {
    const { email } = asked.account
    return {
      ...mails.render('email-change-known', localeOf(asked.account.profile, mails.locales), { email }),
      to: email,
    }
  }
  const { email: newEmail, fromEmail } = asked.change
  const email = side === 'old' ? fromEmail : newEmail
  return {
    ...mails.render(mail, locale, { email, newEmail, side, link: asked.link, ...rest }, zone),
    to: email,
  }
}
