/**
 * "That wasn't me": who has the link from the mail ends what was signed in to, and what it may have been done with: the
 * password, and what is connected elsewhere. It leads on to a link by which the person sets another password, so a stolen
 * mailbox opens as much as it does at a reset.
 */
import { createEvent, type Origin } from '../audit/event.ts'
import { newSecret } from '../shared/ids.ts'
import type { Account } from './account.ts'
import type { LinkEnds } from './links-repository.ts'
import { addSetPasswordLink } from './make-link.ts'
import { linkOf, type OpenLinkUse } from './open-link.ts'

export interface DisownUse extends OpenLinkUse {
  linkKey: (token: string) => Buffer
  /** Ends what the link names, for good, though it was done before. */
  end: (account: Account, ends: LinkEnds, origin: Origin) => Promise<void>
  /** What connectors are called in addresses, by their ids. */
  connectorSlugs: () => Promise<ReadonlyMap<string, string>>
}

/** The account, and the token of a link that sets its password; undefined where the link is good no more. */
export const disown =
  (use: DisownUse) =>
  async (token: string, origin: Origin): Promise<{ account: Account; token: string } | undefined> => {
    const found = await linkOf(use, 'not_me')(token)
    if (found === undefined) return undefined
    const { account, ends } = found
    const { sub: subject, email: name } = account
    const about = { actor: `user:${subject}`, subject, name }
    const slugs = await use.connectorSlugs()
    // The link is spent last: who is cut off on the way does it again. The password goes first: with it others would be back.
    await use.accounts.atomically(async ({ users, credentials, record }) => {
      if (!(await users.lock(account.id))) return
      const at = use.clock.now()
      if (await credentials.removePassword(account.id))
        await record(createEvent(origin, { type: 'password.removed', ...about }, at))
      for (const { method, data } of await credentials.of(account.id)) {
        if (method !== 'identity') continue
        const details = { connector: slugs.get(String(data['connector'])) ?? '' }
        await record(createEvent(origin, { type: 'identity.unlinked', ...about, details }, at))
      }
      await credentials.removeAll(account.id, ['identity'])
    })
    if (ends !== undefined) await use.end(account, ends, { ...origin, actor: about.actor })
    return use.accounts.atomically(async ({ users, links, record }) => {
      const at = use.clock.now()
      const mine = (await users.lock(account.id)) && (await links.spend(use.linkKeys(token), 'not_me', at))
      if (!mine) return undefined
      const details = { ended: ends?.kind ?? 'nothing' }
      await record(createEvent(origin, { type: 'login.disowned', ...about, details }, at))
      const next = newSecret()
      await addSetPasswordLink(links, { userId: account.id, key: use.linkKey(next), at })
      const created = { type: 'user.link_created', ...about, details: { purpose: 'set_password' } } as const
      await record(createEvent(origin, created, at))
      return { account, token: next }
    })
  }
