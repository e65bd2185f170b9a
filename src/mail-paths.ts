/**
 * The paths in mails, the same each time that a mail is drawn. Their tokens are stored nowhere: the mail's id makes them,
 * under the key whose leak means as much already. What they are looked up by afterwards is the keyed hash of all links.
 */
import type { LinkEnds } from './accounts/links-repository.ts'
import { makeNotMeLink } from './accounts/make-not-me-link.ts'
import { makeRegistrationLink } from './accounts/make-registration-link.ts'
import { makeResetLink } from './accounts/make-reset-link.ts'
import type { Core } from './core.ts'
import type { MailPaths } from './messaging/deliver-mail.ts'
import type { Noticed } from './messaging/mail-message.ts'
import { createKeyedHash } from './security/keyed-hash.ts'
import { NOT_ME_PATH } from './self-service/not-me.ts'
import { REGISTER_PATHS } from './self-service/register.ts'
import { RESET_PATHS } from './self-service/reset.ts'

export function createMailPaths(core: Core): MailPaths {
  const { accounts, clock, newLinkKey: linkKey, linkKeys } = core
  const notMeLink = makeNotMeLink({ accounts, clock, linkKey })
  const resetLink = makeResetLink({ accounts, clock, linkKey, linkKeys })
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
