/**
 * The paths in mails, the same each time that a mail is drawn. Their tokens are stored nowhere: the mail's id makes them,
 * under the key whose leak means as much already. What they are looked up by afterwards is the keyed hash of all links.
 */
import type { LinkEnds } from './accounts/links-repository.ts'
import { makeChangeLink, makeUndoLink } from './accounts/make-change-link.ts'
import { makeKeepLink } from './accounts/make-keep-link.ts'
import { makeNotMeLink } from './accounts/make-not-me-link.ts'
import { makeRegistrationLink } from './accounts/make-registration-link.ts'
import { makeResetLink } from './accounts/make-reset-link.ts'
import { makeVerifyLink } from './accounts/make-verify-link.ts'
import type { Core } from './core.ts'
import type { MailPaths } from './messaging/deliver-mail.ts'
import type { Noticed } from './messaging/mail-message.ts'
import { createKeyedHash } from './security/keyed-hash.ts'
import { CONFIRM_PATH, VERIFY_PATH } from './self-service/account/verify-email.ts'
import { EMAIL_PATHS } from './self-service/change-email.ts'
import { KEEP_PATH } from './self-service/keep-account.ts'
import { NOT_ME_PATH } from './self-service/not-me.ts'
import { REGISTER_PATHS } from './self-service/register.ts'
import { RESET_PATHS } from './self-service/reset.ts'

export function createMailPaths(core: Core): MailPaths {
  const { accounts, clock, newLinkKey: linkKey, linkKeys } = core
  const notMeLink = makeNotMeLink({ accounts, clock, linkKey })
  const resetLink = makeResetLink({ accounts, clock, linkKey, linkKeys })
  const verifyLink = makeVerifyLink({ accounts, clock, linkKey, linkKeys })
  const changeLink = makeChangeLink({ accounts, clock, linkKey })
  const undoLink = makeUndoLink({ accounts, clock, linkKey })
  const keepLink = makeKeepLink({ accounts, clock, linkKey })
  const registrationLink = makeRegistrationLink({ accounts, clock, linkKey })
  return {
    notMe: async (mailId, account, ends, at) => {
      const token = tokenOf(core, 'not_me_link', mailId)
      return pathWith(NOT_ME_PATH, await notMeLink(account, token, linkEnds(ends, at)))
    },
    registration: async (mailId, id) => {
      const found = await registrationLink(id, () => tokenOf(core, 'registration_link', mailId))
      if (found === undefined) return undefined
      if ('account' in found) return { ...found, link: RESET_PATHS.ask }
      const { registration, token } = found
      return { ...registration, link: `${REGISTER_PATHS.link}?token=${token}` }
    },
    verify: async (mailId, account, askedAt) =>
      pathWith(VERIFY_PATH, await verifyLink(account, tokenOf(core, 'verify_link', mailId), askedAt)),
    keep: async (mailId, account) => {
      const made = await keepLink(account, tokenOf(core, 'keep_account_link', mailId))
      return made && { link: `${KEEP_PATH}?token=${made.token}`, until: made.until }
    },
    emailChange: async (mailId, id, side) => {
      const found = await changeLink(id, side, () => tokenOf(core, 'email_change_link', mailId))
      if (found === undefined || 'account' in found) return found
      return {
        change: found.change,
        link: `${side === 'old' ? EMAIL_PATHS.confirm : CONFIRM_PATH}?token=${found.token}`,
      }
    },
    undo: async (mailId, id) => {
      const found = await undoLink(id, () => tokenOf(core, 'email_undo_link', mailId))
      return found && { change: found.change, link: `${EMAIL_PATHS.undo}?token=${found.token}` }
    },
    reset: async (mailId, account, askedAt) =>
      pathWith(RESET_PATHS.link, await resetLink(account, tokenOf(core, 'reset_link', mailId), askedAt)),
  }
}

const tokenOf = ({ keys }: Pick<Core, 'keys'>, domain: string, mailId: string): string =>
  createKeyedHash(keys.current('field').key)(domain, mailId).toString('base64url')

const pathWith = (path: string, token: string | undefined): string | undefined =>
  token === undefined ? undefined : `${path}?token=${token}`

const linkEnds = (ends: Noticed['ends'], at: number): LinkEnds | undefined =>
  ends?.kind === 'device'
    ? { kind: 'device', value: ends.value, since: at }
    : ends && { ...ends, kind: 'session' }
