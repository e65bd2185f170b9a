import type { Account } from '../accounts/account.ts'
import type { Client } from '../clients/client.ts'
import type { Handler } from '../events/outbox-message.ts'
import { localeOf, zoneOf } from '../pages/locale-of.ts'
import type { Mails } from '../pages/mails.ts'
import type { Addressed } from './addressed.ts'
import { drawEmailChange, type EmailChangePaths } from './draw-email-change.ts'
import { type MailPayload, mailPayload, type Noticed } from './mail-message.ts'
import type { SendMail } from './transport.ts'

/** Makes the paths of pages of ours that stand in one mail; undefined where such a page would be of no use any more. */
export interface MailPaths extends EmailChangePaths {
  /** Where the reader says that it wasn't them. */
  notMe(mailId: string, account: Account, ends: Noticed['ends'], at: number): Promise<string | undefined>
  /** Where the reader sets a new password. */
  reset(mailId: string, account: Account, askedAt: number): Promise<string | undefined>
  /** Where the reader confirms their address. */
  verify(mailId: string, account: Account, askedAt: number): Promise<string | undefined>
  /** Where the reader keeps their account, and until when. */
  keep(mailId: string, account: Account): Promise<{ link: string; until: number } | undefined>
  /** Where a registration becomes an account, and whom it is for; or the account that there is. */
  registration(
    mailId: string,
    registration: string,
  ): Promise<{ email: string; locale: string; link: string } | { account: Account; link: string } | undefined>
}

export interface DeliverMailUse {
  findAccount: (sub: string) => Promise<Account | undefined>
  findClient: (clientId: string) => Promise<Client | undefined>
  mails: Mails
  paths: MailPaths
  /** The code that was asked for; undefined where it would be of no use any more. */
  codeOf: (account: Account, asked: string, at: number) => string | undefined
  send: SendMail
}

/** Draws a mail in its reader's language and hands it over. */
export function createDeliverMail(use: DeliverMailUse): Handler {
  return async ({ id, payload }, stillHeld) => {
    const told = mailPayload.parse(payload)
    const drawn = await draw(use, told, id)
    if (typeof drawn === 'string') return { status: 'dropped', reason: drawn }
    await stillHeld()
    return use.send({ id, ...drawn })
  }
}

const OVER = 'what it offers is over'

/** Or why it is not sent. */
async function draw(use: DeliverMailUse, told: MailPayload, id: string): Promise<Addressed | string> {
  if (told.mail === 'registration') return drawRegistration(use, told, id)
  if (told.mail === 'account-deleted') return drawDeleted(use, told)
  const account = await use.findAccount(told.sub)
  if (account === undefined) return 'the account is gone'
  return (await drawFor(use, told, account, id)) ?? OVER
}

function drawDeleted(
  { mails }: DeliverMailUse,
  { mail, at, email, locale }: Extract<MailPayload, { mail: 'account-deleted' }>,
): Addressed {
  return { ...mails.render(mail, localeOf({ locale }, mails.locales), { email, at }), to: email }
}

async function drawRegistration(
  { paths, mails }: DeliverMailUse,
  { mail, registration, ...asked }: Extract<MailPayload, { mail: 'registration' }>,
  id: string,
): Promise<Addressed | string> {
  const found = await paths.registration(id, registration)
  if (found === undefined) return OVER
  const { link } = found
  if ('account' in found) {
    const { email } = found.account
    return {
      ...mails.render(
        'registration-known',
        localeOf(found.account.profile, mails.locales),
        { email, link, ...asked },
        zoneOf(found.account.profile),
      ),
      to: email,
    }
  }
  const { email, locale } = found
  return {
    ...mails.render(mail, localeOf({ locale }, mails.locales), { email, link }),
    to: email,
  }
}

async function drawFor(
  use: DeliverMailUse,
  told: Exclude<MailPayload, { mail: 'registration' | 'account-deleted' }>,
  account: Account,
  id: string,
): Promise<Addressed | undefined> {
  const { mails, findClient, paths } = use
  const said = account.profile['locale'] ?? ('locale' in told ? told.locale : undefined)
  const locale = localeOf({ locale: said }, mails.locales)
  const { email } = account
  const zone = zoneOf(account.profile)
  switch (told.mail) {
    case 'noticed': {
      const { mail, sub: _, ends, ...noticed } = told
      const link = await paths.notMe(id, account, ends, told.at)
      return { ...mails.render(mail, locale, { email, link, ...noticed }, zone), to: email }
    }
    case 'reuse-detected': {
      const { at, ended, clientId } = told
      const name = (await findClient(clientId))?.metadata.client_name ?? clientId
      return {
        ...mails.render('reuse-detected', locale, { email, at, ended, client: { name } }, zone),
        to: email,
      }
    }
    case 'password-reset': {
      const { mail, sub: _, locale: _in, ...asked } = told
      const link = await paths.reset(id, account, told.at)
      return link === undefined
        ? undefined
        : { ...mails.render(mail, locale, { email, link, ...asked }, zone), to: email }
    }
    case 'verify-email': {
      const link = await paths.verify(id, account, told.at)
      return link === undefined
        ? undefined
        : { ...mails.render(told.mail, locale, { email, link }), to: email }
    }
    case 'deletion-asked': {
      const { mail, sub: _, ...asked } = told
      const kept = await paths.keep(id, account)
      return kept && { ...mails.render(mail, locale, { email, ...kept, ...asked }, zone), to: email }
    }
    case 'email-change':
    case 'email-changed':
      return drawEmailChange(use, told, account, id)
    case 'sign-in-code': {
      const { mail, sub: _, asked, ...seen } = told
      const code = use.codeOf(account, asked, told.at)
      return code === undefined
        ? undefined
        : { ...mails.render(mail, locale, { email, code, ...seen }, zone), to: email }
    }
    case 'codes-suppressed': {
      const { mail, sub: _, ...suppressed } = told
      return { ...mails.render(mail, locale, { email, ...suppressed }, zone), to: email }
    }
    case 'account-changed': {
      const { mail, sub: _, ...changed } = told
      return { ...mails.render(mail, locale, { email, ...changed }, zone), to: email }
    }
  }
}
