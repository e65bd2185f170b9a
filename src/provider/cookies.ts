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

/** `request`: the one that the library works on, if any. */
export function cookies(
  issuer: string,
  keys: AskKeys,
  request: () => object | undefined,
): NonNullable<Configuration['cookies']> {
  const common = { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true } as const
  return {
    names: cookieNames(issuer),
    keys: createCookieSignatures(onceEach(keys, request)),
    long: { ...common, path: '/' },
    short: common,
  }
}

/**
 * A request goes by the keys of its first cookie to its end. Else one that is under way when a key is refused, and had
 * known its cookies by that key, would send them back signed with the new one.
 */
function onceEach(keys: AskKeys, request: () => object | undefined): AskKeys {
  const known = new WeakMap<object, ReturnType<AskKeys>>()
  return () => {
    const at = request()
    if (at === undefined) return keys()
    const ofRequest = known.get(at) ?? keys()
    known.set(at, ofRequest)
    return ofRequest
  }
}
