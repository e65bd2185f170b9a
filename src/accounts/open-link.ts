import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { LinkEnds, LinkKeys, LinkPurpose } from './links-repository.ts'

export interface OpenLinkUse {
  accounts: AccountsRepository
  clock: Clock
  /** Keyed hashes of a token, under every pepper that may have made its link. */
  linkKeys: (token: string) => LinkKeys
}

/** 32 bytes in base64url: anything else is not even looked up. */
export const isToken = (text: string): boolean => /^[\w-]{43}$/.test(text)

/**
 * Whose link it is; undefined when it was used, replaced, has expired, never was, or its account is disabled.
 * Spends nothing: mail scanners open links too.
 */
export const openLink =
  (use: OpenLinkUse, purpose: LinkPurpose = 'set_password') =>
  async (token: string): Promise<Account | undefined> =>
    (await linkOf(use, purpose)(token))?.account

/** The same, with what ends with it. */
export const linkOf =
  (use: OpenLinkUse, purpose: LinkPurpose) =>
  async (token: string): Promise<{ account: Account; ends: LinkEnds | undefined } | undefined> => {
    if (!isToken(token)) return undefined
    const link = await use.accounts.links.find(use.linkKeys(token), purpose, use.clock.now())
    const account = link && (await use.accounts.users.find(link.userId))
    return account?.disabled === false ? { account, ends: link?.ends } : undefined
  }
