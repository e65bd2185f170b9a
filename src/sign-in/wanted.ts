/** What an authorization request asks for (OpenID Connect Core §3.1.2.1, §5.5.1.1; RFC 9470 §4). Pure. */
import { LEVELS, type Level, reaches } from '../security/sign-in-policy/levels.ts'
import { acrOf, levelOfAcr } from './assurance.ts'
import type { Wanted } from './types.ts'

/** `params`: of the request, after the library has checked its shape. */
export function wantedIn(params: Readonly<Record<string, unknown>>): Wanted {
  const asked = acrClaim(params['claims'])
  const named = namedBy(asked)
  // Any of them will do, so no more than the least.
  const required = asked?.essential === true ? LEVELS.find((level) => named.includes(level)) : undefined
  // In order of preference.
  const [wished] = [...(asked?.essential === true ? [] : named), ...acrValuesIn(params)]
  return { required, wished, ...maxAgeIn(params) }
}

/** `prompt=login`: not even a moment ago. `max_age` is digits by now. */
function maxAgeIn(params: Readonly<Record<string, unknown>>): { maxAge?: number } {
  if (textOf(params['prompt']).split(' ').includes('login')) return { maxAge: 0 }
  const maxAge = params['max_age']
  return typeof maxAge === 'number' || typeof maxAge === 'string' ? { maxAge: Number(maxAge) } : {}
}

/**
 * The first of what the request asks for that is reached, as its client prefers them (OpenID Connect Core §3.1.2.1); else the
 * session's own, `own`.
 */
export function acrToSay(
  params: Readonly<Record<string, unknown>>,
  own: string | undefined,
): string | undefined {
  const level = levelOfAcr(own)
  if (level === undefined) return own
  const asked = [...namedBy(acrClaim(params['claims'])), ...acrValuesIn(params)]
  return acrOf(asked.find((one) => reaches(level, one)) ?? level)
}

interface AcrClaim {
  essential?: unknown
  value?: unknown
  values?: unknown[]
}

function acrClaim(claims: unknown): AcrClaim | undefined {
  if (typeof claims !== 'string') return undefined
  const parsed = JSON.parse(claims) as { id_token?: { acr?: AcrClaim | null } | null }
  const acr = parsed.id_token?.acr ?? undefined
  return acr?.values !== undefined && !Array.isArray(acr.values) ? undefined : acr
}

const namedBy = (asked: AcrClaim | undefined): Level[] =>
  known(asked?.values ?? (asked?.value === undefined ? [] : [asked.value]))

const acrValuesIn = (params: Readonly<Record<string, unknown>>): Level[] =>
  known(textOf(params['acr_values']).split(' '))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const known = (values: readonly unknown[]): Level[] =>
  values.map(levelOfAcr).filter((level) => level !== undefined)
