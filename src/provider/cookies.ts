import type { Configuration } from 'oidc-provider'
import { createCookieSignatures } from '../security/cookie-signatures.ts'
import type { AskKeys } from '../security/keyed-hash.ts'

export interface CookieNames {
  session: string
  interaction: string
  resume: string
}

/** `__Host-` fits only a cookie for the path `/`, and browsers take it over https only. */
export const cookieNames = (issuer: string): CookieNames => ({
  session: issuer.startsWith('https:') ? '__Host-gh_session' : 'gh_session',
  interaction: 'gh_interaction',
  resume: 'gh_resume',
})

export function cookies(issuer: string, keys: AskKeys): NonNullable<Configuration['cookies']> {
  const common = { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true } as const
  return {
    names: cookieNames(issuer),
    keys: createCookieSignatures(keys),
    long: { ...common, path: '/' },
    short: common,
  }
}
