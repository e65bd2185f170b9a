/** A factor is taken away by its person, who has just proven to be it. */
import type { Account } from '../accounts/account.ts'
import type { AccountsRepository } from '../accounts/accounts-repository.ts'
import type { Credential, Person } from '../accounts/person.ts'
import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import { hasSecondFactor, type SecondFactor } from './second-factors.ts'

export interface RemoveFactorUse {
  accounts: AccountsRepository
  /** Whether a person can still sign in as policy has it. */
  suffices: (person: Person) => boolean
  clock: Clock
}

/**
 * What was removed; undefined where the account has none of this method and id, `needed` where its person could not sign in
 * without it. With the last one recovery codes go too,
 * which stand for it, and so does the trust in devices, or the next one would not be asked for there.
 */
export const removeFactor =
  ({ accounts, suffices, clock }: RemoveFactorUse) =>
  (
    account: Account,
    { method, id }: { method: SecondFactor; id: string },
    origin: Origin,
  ): Promise<Credential | 'needed' | undefined> =>
    accounts.atomically(async ({ users, credentials, signIns, record }) => {
      // Two that are removed at once would each find the other.
      if (!(await users.lock(account.id))) return undefined
      const known = await credentials.of(account.id)
      const removed = known.find((one) => one.method === method && one.id === id)
      if (removed === undefined) return undefined
      const left = known.filter((one) => one !== removed)
      if (suffices({ account, credentials: known }) && !suffices({ account, credentials: left }))
        return 'needed'
      await credentials.remove(account.id, method, id)
      const last = !hasSecondFactor(left)
      if (last) {
        await credentials.removeAll(account.id, ['recovery-codes'])
        await signIns.distrustDevices(account.id)
      }
      const { sub: subject, email: name } = account
      const about = { actor: `user:${subject}`, subject, name }
      const details = { method, last }
      await record(createEvent(origin, { type: 'mfa.removed', ...about, details }, clock.now()))
      return removed
    })
