import type { FindAccount } from 'oidc-provider'
import type { Account } from '../accounts/account.ts'
import { CLAIMS } from './claims.ts'
import { splitScope } from './scopes.ts'
import { orUnavailable } from './unavailable.ts'

export interface AccountsUse {
  findAccount: (sub: string) => Promise<Account | undefined>
  claimsOf: (account: Account) => Record<string, unknown>
  /** The number that a person has shown to be theirs. E.164. */
  provenNumberOf: (account: Account) => Promise<string | undefined>
}

/** Called on every authorization, token and userinfo request: the one place that stops people who are gone or disabled. */
export function createFindAccount({ findAccount, claimsOf, provenNumberOf }: AccountsUse): FindAccount {
  return async (ctx, sub) => {
    const account = await orUnavailable(findAccount(sub))
    if (account === undefined || account.disabled) return undefined
    return {
      accountId: account.sub,
      claims: async (use, scope, requested) => {
        const named = Object.keys(requested)
        // An id token travels far; claims stay out of it unless the client is set up for them or asks by name.
        const wanted = new Set([
          ...named,
          ...(use === 'id_token' ? idTokenClaims(ctx.oidc.client) : claimsIn(scope)),
        ])
        const number = CLAIMS.phone.some((name) => wanted.has(name))
          ? await orUnavailable(provenNumberOf(account))
          : undefined
        const claims = { ...claimsOf(account), ...(number !== undefined && phoneClaims(number)) }
        if (use !== 'id_token') return { ...claims, sub: account.sub }
        const chosen = Object.entries(claims).filter(([name]) => wanted.has(name))
        return { ...Object.fromEntries(chosen), sub: account.sub }
      },
    }
  }
}

/** OpenID Connect Core §5.1; in the place of what others say of a person's number. */
const phoneClaims = (number: string) => ({ phone_number: number, phone_number_verified: true })

const claimsIn = (scope: string): string[] =>
  Object.entries(CLAIMS).flatMap(([name, claims]) => (splitScope(scope).includes(name) ? claims : []))

function idTokenClaims(client: { [key: string]: unknown } | undefined): string[] {
  const listed = client?.['id_token_claims']
  return Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : []
}
