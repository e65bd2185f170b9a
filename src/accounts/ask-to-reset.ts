import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { normaliseEmail } from './email.ts'

/**
 * Somebody forgot a password, or says so. For every name it is one look-up and one event, so neither the answer nor its
 * time says whose name it is; the mail follows from the event, later, and goes to the stored address. `locale`: in which
 * language they were spoken to.
 */
export const askToReset =
  (use: { accounts: Pick<AccountsRepository, 'users' | 'record'>; clock: Clock }) =>
  async (typed: string, origin: Origin, locale?: string): Promise<void> => {
    const account = await use.accounts.users.findByEmailKey(normaliseEmail(typed)?.key ?? '')
    const whose = account === undefined ? {} : { subject: account.sub, name: account.email }
    const asked = { type: 'password.reset_asked', ...whose, details: { ...(locale && { locale }) } } as const
    await use.accounts.record(createEvent(origin, asked, use.clock.now()))
  }
