/** What is known of a refresh, for the rules of risk: by the family's record, and by the request. */
import type { Grant } from '../../adapters/contract.ts'
import type { Known } from '../audit/assessment.ts'
import type { AboutAddress } from '../security/address-book.ts'
import { travel } from '../security/risk/travel.ts'
import { differencesOf, readTrace } from './party.ts'
import { isAnswered, useOf, type Verdict, wasBehind } from './rotation.ts'

export interface Refresh {
  verdict: Verdict
  /** As it was when the verdict was given. */
  grant: Grant
  number: number
  /** Who presented the number (`partyOf`), and what is known of the address. */
  who: string
  about: AboutAddress
  /** `REFRESH_FAMILY_EXP`, as it counts for the client; ms. */
  familyLife: number
}

export function knownOfRefresh(refresh: Refresh): Known {
  const { verdict, grant, number, who } = refresh
  const uses = grant.family?.uses ?? []
  const isAgain = verdict === 'repeat' || verdict === 'late'
  return {
    verdict,
    ...(isAgain && { differs: differencesOf(useOf(uses, number)?.who, who) }),
    ...(verdict === 'repeat' && {
      generations: 1 + (uses.find((use) => use.number === number - 1)?.repeats ?? 0),
    }),
    ...(verdict === 'behind' && { behind_before: wasBehind(uses, grant.run) }),
    // Who is refused anyway has gone on with nothing.
    ...(isAnswered(verdict) && knownOfPlace(refresh)),
  }
}

/** Against the family's last use, or its birth, where that was noted: by another version it was not. */
function knownOfPlace({ grant, who, about, familyLife }: Refresh): Known {
  const { readAt, family } = grant
  const [last] = family?.uses ?? []
  const past = readTrace(last?.who, birthOf(grant))
  const at = last?.at ?? readAt + (family?.endsIn ?? 0) - familyLife
  const { agent } = readTrace(who)
  const { place, listed } = about
  return {
    ...(agent !== undefined && { agent }),
    ...(past.agent !== undefined && { from_agent: past.agent }),
    ...(place !== undefined && { country: place.country }),
    ...(past.countries.length > 0 && { countries: past.countries }),
    ...(place !== undefined &&
      past.country !== undefined &&
      past.country !== place.country &&
      travel({ place: { country: past.country }, at }, { place, at: readAt })),
    ...(listed !== undefined && { listed }),
  }
}

export function birthOf({ family }: Pick<Grant, 'family'>): string | undefined {
  const born = family?.payload['born']
  return typeof born === 'string' ? born : undefined
}
