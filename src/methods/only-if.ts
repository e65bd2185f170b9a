/** On what condition something is enrolled: asked in the transaction that adds it, once its account is locked. */
import type { Account } from '../accounts/account.ts'
import type { AccountsRepository } from '../accounts/accounts-repository.ts'
import type { Credential } from '../accounts/person.ts'
import { hasSecondFactor } from './second-factors.ts'

/** `known`: what the account has. False: nothing is added. */
export type OnlyIf = (accounts: AccountsRepository, known: readonly Credential[]) => Promise<boolean>

/** Nothing of its person was ended since. `account`: as it was when something was proven. */
export const onlyWhile =
  ({ id, epoch }: Pick<Account, 'id' | 'epoch'>): OnlyIf =>
  async ({ users }) => {
    const now = await users.find(id)
    return now?.disabled === false && now.epoch === epoch
  }

/** Whoever knows a password adds the first factor with it, and no second one. */
export const onlyAsFirst =
  (account: Pick<Account, 'id' | 'epoch'>): OnlyIf =>
  async (accounts, known) =>
    !hasSecondFactor(known) && (await onlyWhile(account)(accounts, known))
