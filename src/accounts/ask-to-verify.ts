import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

export const VERIFY_LINK_LIFE = 24 * 60 * 60 * 1000

/** A person wants to prove their address: the mail with the link follows from the event. `locale`: in which language they were spoken to. */
export const askToVerify =
  (use: { accounts: Pick<AccountsRepository, 'record'>; clock: Clock }) =>
  async ({ sub, email }: Account, origin: Origin, locale?: string): Promise<void> => {
    const asked = { type: 'email.verification_asked', subject: sub, name: email } as const
    const details = { ...(locale && { locale }) }
    await use.accounts.record(createEvent(origin, { ...asked, details }, use.clock.now()))
  }
