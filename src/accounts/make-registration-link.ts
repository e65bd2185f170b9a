import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { Registration } from './registrations-repository.ts'

export interface MakeRegistrationLinkUse {
  accounts: AccountsRepository
  clock: Clock
  linkKey: (token: string) => Buffer
}

/** What a registration's mail says: a link to its end, or, to its owner, that the address has an account. */
export type RegistrationMail = { registration: Registration; token: string } | { account: Account }

/**
 * Looks whom a registration concerns, and gives it its link; the token is made of the mail that it stands in. Undefined
 * once it is over.
 */
export const makeRegistrationLink =
  (use: MakeRegistrationLinkUse) =>
  async (id: string, makeToken: () => string): Promise<RegistrationMail | undefined> => {
    const { registrations, users } = use.accounts
    const registration = await registrations.find(id, use.clock.now())
    if (registration === undefined) return undefined
    const account = await users.findByEmailKey(registration.emailKey)
    if (account !== undefined) return { account }
    const token = makeToken()
    return (await registrations.link(id, use.linkKey(token))) ? { registration, token } : undefined
  }
