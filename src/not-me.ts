/** "That wasn't me", put together: the link in a mail, and what follows when it is used. */
import type { Account } from './accounts/account.ts'
import { disown } from './accounts/disown.ts'
import type { LinkEnds } from './accounts/links-repository.ts'
import { makeNotMeLink } from './accounts/make-not-me-link.ts'
import { createEvent, type NewEvent, type Origin, toStored } from './audit/event.ts'
import type { Core } from './core.ts'
import type { Noticed } from './messaging/mail-message.ts'
import { createKeyedHash } from './security/keyed-hash.ts'
import { NOT_ME_PATH } from './self-service/not-me.ts'
import type { RevokeAccess } from './sessions/revoke-access.ts'

/**
 * The path of the page, the same each time that a mail is drawn. Its token is stored nowhere: the mail's id makes it, under
 * the key whose leak means as much already. What it is looked up by afterwards is the keyed hash of all links.
 */
export const createNotMePath =
  ({ accounts, clock, keys, newLinkKey: linkKey }: Core) =>
  async (
    mailId: string,
    account: Account,
    ends: Noticed['ends'],
    at: number,
  ): Promise<string | undefined> => {
    const token = createKeyedHash(keys.current('field').key)('not_me_link', mailId).toString('base64url')
    const made = await makeNotMeLink({ accounts, clock, linkKey })(account, token, linkEnds(ends, at))
    return made === undefined ? undefined : `${NOT_ME_PATH}?token=${made}`
  }

const linkEnds = (ends: Noticed['ends'], at: number): LinkEnds | undefined =>
  ends?.kind === 'device'
    ? { kind: 'device', value: ends.value, since: at }
    : ends && { ...ends, kind: 'session' }

/** Who signs in again and again without a cookie is on a new device each time; beyond so many, all of the person's ends. */
const MOST_DEVICES = 20

export function createDisown(core: Core, access: RevokeAccess) {
  const { accounts, clock } = core
  const tell = (origin: Origin, event: NewEvent) => toStored(createEvent(origin, event, clock.now()))
  const end = async (account: Account, ends: LinkEnds, origin: Origin): Promise<void> => {
    const { id, sub } = account
    const about = { subject: sub, reason: 'disowned' }
    if (ends.kind === 'session') {
      const revoked = tell(origin, { type: 'session.revoked', ...about, session: ends.value })
      return void (await access.revoke({ kind: 'session', value: ends.value, account: sub }, revoked))
    }
    // With the password that is to go, others may have been signed in on since.
    const devices = new Set([ends.value, ...(await accounts.signIns.newSince(id, ends.since, MOST_DEVICES))])
    if (devices.size > MOST_DEVICES) {
      const revoked = tell(origin, { type: 'user.tokens_revoked', ...about })
      return void (await access.revoke({ kind: 'account', value: sub }, revoked))
    }
    for (const device of devices) {
      const revoked = tell(origin, { type: 'device.revoked', ...about, details: { device } })
      await access.revoke({ kind: 'device', value: device, account: sub }, revoked)
    }
  }
  return disown({ ...core, linkKey: core.newLinkKey, end })
}
