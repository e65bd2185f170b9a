import type { Config } from '../../config/config.ts'
import type { Desired } from './desired.ts'
import type { Finding } from './finding.ts'

type Lives = Pick<Config, 'accessTokenExp' | 'refreshTokenExp' | 'refreshFamilyExp'>

/** Lives that the server's own limit: no fault, as it may have longer ones elsewhere. */
export function livesThatAreCut({ firstParty }: Desired, config: Lives): Finding[] {
  if (firstParty === undefined) return []
  const { path, accessTokenTtl, refreshTokenTtl, refreshFamilyTtl } = firstParty
  const lives = [
    ['access_token_ttl', accessTokenTtl, 'ACCESS_TOKEN_EXP', config.accessTokenExp],
    ['refresh_token_ttl', refreshTokenTtl, 'REFRESH_TOKEN_EXP', config.refreshTokenExp],
    ['refresh_family_ttl', refreshFamilyTtl, 'REFRESH_FAMILY_EXP', config.refreshFamilyExp],
  ] as const
  return lives.flatMap(([field, ttl = 0, variable, most]) =>
    ttl * 1000 > most
      ? [{ path: [...path, field], message: `is longer than ${variable}, and so cut at ${most / 1000}s` }]
      : [],
  )
}
