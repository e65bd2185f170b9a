import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import { newSecret } from '../shared/ids.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { LinksRepository } from './links-repository.ts'

const LIFE_MS = 24 * 60 * 60 * 1000

export interface MadeLink {
  /** 32 random bytes, base64url: shown to one person and stored nowhere. */
  token: string
  expiresAt: number
}

/**
 * Makes the one link by which a person may set a password, once, within a day. It takes the place of every link
 * before it. Undefined when the account is disabled or gone.
 */
export const makeLink =
  (use: { accounts: AccountsRepository; clock: Clock; linkKey: (token: string) => Buffer }) =>
  (account: Pick<Account, 'id'>, origin: Origin): Promise<MadeLink | undefined> =>
    use.accounts.atomically(async ({ users, links, record }) => {
      // Two at once would otherwise leave two good links.
      await users.lock(account.id)
      const found = await users.find(account.id)
      if (found?.disabled !== false) return undefined
      const token = newSecret()
      const at = use.clock.now()
      const expiresAt = await addSetPasswordLink(links, { userId: account.id, key: use.linkKey(token), at })
      const { sub: subject, email: name } = found
      const details = { purpose: 'set_password' }
      await record(createEvent(origin, { type: 'user.link_created', subject, name, details }, at))
      return { token, expiresAt }
    })

/** In the place of those before it; when it ends, epoch ms. */
export async function addSetPasswordLink(
  links: Pick<LinksRepository, 'add' | 'removeAll'>,
  { userId, key, at }: { userId: string; key: Buffer; at: number },
): Promise<number> {
  const expiresAt = at + LIFE_MS
  await links.removeAll(userId, 'set_password')
  await links.add({ key, userId, purpose: 'set_password', expiresAt, at })
  return expiresAt
}
