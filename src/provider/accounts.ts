import type { FindAccount } from 'oidc-provider'
import type { Account } from '../accounts/account.ts'
import { orUnavailable } from './unavailable.ts'

export interface AccountsUse {
  findAccount: (sub: string) => Promise<Account | undefined>
  claimsOf: (account: Account) => Record<string, unknown>
}

/** Called on every authorization, token and userinfo request: the one place that stops people who are gone or disabled. */
export function createFindAccount({ findAccount, claimsOf }: AccountsUse): FindAccount {
  return async (ctx, sub) => {
    const account = await orUnavailable(findAccount(sub))
    if (account === undefined || account.disabled) return undefined
    return {
      accountId: account.sub,
      claims: (use, _scope, requested) => {
        const claims = claimsOf(account)
        if (use !== 'id_token') return { ...claims, sub: account.sub }
        // An id token travels far; claims stay out of it unless the client is set up for them or asks by name.
        const wanted = new Set([...idTokenClaims(ctx.oidc.client), ...Object.keys(requested)])
        const chosen = Object.entries(claims).filter(([name]) => wanted.has(name))
        return { ...Object.fromEntries(chosen), sub: account.sub }
      },
    }
  }
}

function idTokenClaims(client: { [key: string]: unknown } | undefined): string[] {
  const listed = client?.['id_token_claims']
  return Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : []
}
