import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { ChangeSide, EmailChange } from './email-changes-repository.ts'

export interface MakeChangeLinkUse {
  accounts: AccountsRepository
  clock: Clock
  linkKey: (token: string) => Buffer
}

export type ChangeMail =
  | { change: EmailChange; token: string }
  /** The new address has an account: its owner is told instead. */
  | { account: Account }

/**
 * Makes the link by which one side of a change says yes; the token is made of the mail that it stands in. Undefined once
 * the change is made, withdrawn or too old, or its account may not sign in.
 */
export const makeChangeLink =
  (use: MakeChangeLinkUse) =>
  (id: string, side: ChangeSide, makeToken: () => string): Promise<ChangeMail | undefined> =>
    use.accounts.atomically(async ({ users, links, emailChanges }) => {
      const at = use.clock.now()
      const change = await emailChanges.pending({ id }, at)
      const account = change && (await users.find(change.userId))
      if (change === undefined || account?.disabled !== false) return undefined
      // An address that was never proven may be a stranger's: it is not asked.
      if (side === 'old' && !change.fromVerified) return undefined
      const owner = side === 'new' ? await users.findByEmailKey(change.emailKey) : undefined
      if (owner !== undefined) return { account: owner }
      const token = makeToken()
      const link = { key: use.linkKey(token), userId: change.userId, change: id } as const
      await links.add({ ...link, purpose: PURPOSES[side], expiresAt: change.expiresAt, at })
      return { change, token }
    })

export const PURPOSES = { old: 'confirm_old_email', new: 'confirm_new_email' } as const

/** The same for the link by which the old address takes the change back. */
export const makeUndoLink =
  (use: MakeChangeLinkUse) =>
  (id: string, makeToken: () => string): Promise<{ change: EmailChange; token: string } | undefined> =>
    use.accounts.atomically(async ({ links, emailChanges }) => {
      const at = use.clock.now()
      const change = await emailChanges.made(id, at)
      if (!change?.fromVerified) return undefined
      const token = makeToken()
      const link = { key: use.linkKey(token), userId: change.userId, change: id } as const
      await links.add({ ...link, purpose: 'undo_email', expiresAt: change.expiresAt, at })
      return { change, token }
    })
