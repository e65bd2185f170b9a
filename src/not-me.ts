/** "That wasn't me", put together: what follows when the link in a mail is used. */
import type { Account } from './accounts/account.ts'
import { disown } from './accounts/disown.ts'
import type { LinkEnds } from './accounts/links-repository.ts'
import { createEvent, type NewEvent, type Origin, toStored } from './audit/event.ts'
import type { Core } from './core.ts'
import { slugsOf } from './federation/connector.ts'
import type { RevokeAccess } from './sessions/revoke-access.ts'

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
  return disown({
    ...{ ...core, linkKey: core.newLinkKey, end },
    connectorSlugs: async () => slugsOf(await core.connectors.list()),
  })
}
