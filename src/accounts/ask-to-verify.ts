import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

export const VERIFY_LINK_LIFE = 24 * 60 * 60 * 1000

/** A person wants to prove their address: the mail with the link follows from the event. */
export const askToVerify =
  (use: { accounts: Pick<AccountsRepository, 'record'>; clock: Clock }) =>
  async ({ sub, email }: Account, origin: Origin): Promise<void> => {
    const asked = { type: 'email.verification_asked', subject: sub, name: email } as const
    await use.accounts.record(createEvent(origin, asked, use.clock.now()))
  }
