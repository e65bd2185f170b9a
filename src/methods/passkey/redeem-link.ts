/** The one-time link of somebody new is redeemed by a passkey, in the place of a password. */
import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import type { LinkKeys } from '../../accounts/links-repository.ts'
import type { Origin } from '../../audit/event.ts'
import type { OnlyIf } from '../only-if.ts'
import { askForPasskey, type EnrolPasskeyUse, enrolPasskey } from './enrol.ts'

export interface PasskeyByLinkUse {
  passkeys: EnrolPasskeyUse
  accounts: Pick<AccountsRepository, 'credentials'>
  openLink: (token: string) => Promise<Account | undefined>
  /** Keyed hashes of a token, under every pepper that may have made its link. */
  linkKeys: (token: string) => LinkKeys
  /** Whether policy takes passkeys. */
  mayUse: () => Promise<boolean>
}

export interface PasskeyByLink {
  /** Whether one may be made by this link. */
  offers(token: string): Promise<boolean>
  /** Options for `navigator.credentials.create`; undefined where none may be made. */
  ask(token: string): Promise<object | undefined>
  /** Spends the link, for exactly one of any number of tries at once. */
  redeem(token: string, response: string, origin: Origin): Promise<'done' | 'refused' | 'taken'>
}

/**
 * A passkey opens an account alone. So only an account that nothing opens yet is given one by a link: for all others a link is worth
 * a password, which is asked for a second factor where there is one.
 */
export function createPasskeyByLink(use: PasskeyByLinkUse): PasskeyByLink {
  const [ask, enrol] = [askForPasskey(use.passkeys), enrolPasskey(use.passkeys)]
  const holderOf = (token: string): string => `link ${token}`
  const isNew = async (token: string): Promise<Account | undefined> => {
    const account = await use.openLink(token)
    if (account === undefined || (await use.accounts.credentials.of(account.id)).length > 0) return undefined
    return (await use.mayUse()) ? account : undefined
  }
  return {
    offers: async (token) => (await isNew(token)) !== undefined,
    ask: async (token) => {
      const account = await isNew(token)
      return account && ask({ account, credentials: [] }, { by: holderOf(token), silent: false })
    },
    redeem: async (token, response, origin) => {
      const account = await isNew(token)
      if (account === undefined) return 'refused'
      const spends: OnlyIf = async ({ links }, known) => {
        const at = use.passkeys.clock.now()
        if (known.length > 0 || !(await links.spend(use.linkKeys(token), 'set_password', at))) return false
        await links.removeAll(account.id, 'reset_password')
        return true
      }
      const made = await enrol(account, { by: holderOf(token), response }, origin, spends)
      return typeof made === 'string' ? made : 'done'
    },
  }
}
