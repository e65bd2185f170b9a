/** What a person says of themselves: claims of OpenID Connect Core §5.1 that nobody else vouches for. */
import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { isName } from './create-user.ts'

/**
 * Not `preferred_username`: some applications take it for who somebody is. Nor what is shown as a picture or leads to a
 * page that is somebody else's.
 */
export const OWN_CLAIMS = [
  'name',
  'given_name',
  'family_name',
  'nickname',
  'website',
  'locale',
  'zoneinfo',
] as const

export type OwnClaim = (typeof OWN_CLAIMS)[number]
/** Empty for what is not said. */
export type OwnClaims = Record<OwnClaim, string>

export const ownClaimsOf = ({ name = '', profile }: Pick<Account, 'name' | 'profile'>): OwnClaims => {
  const said = (claim: OwnClaim) => (claim === 'name' ? name : textOf(profile[claim]))
  return Object.fromEntries(OWN_CLAIMS.map((claim) => [claim, said(claim)])) as OwnClaims
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Those that can't be what they are said to be. */
export const faultyClaims = (claims: OwnClaims): OwnClaim[] =>
  OWN_CLAIMS.filter((claim) => claims[claim] !== '' && !IS[claim](claims[claim]))

const IS: Readonly<Record<OwnClaim, (value: string) => boolean>> = {
  name: isName,
  given_name: isName,
  family_name: isName,
  nickname: isName,
  website: (value) => value.length <= 1000 && /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
  // BCP 47.
  locale: (value) => value.length <= 35 && succeeds(() => Intl.getCanonicalLocales(value)),
  // A name of the IANA database; `Intl` takes offsets too.
  zoneinfo: (value) =>
    /^[A-Za-z][\w+/-]{1,63}$/.test(value) &&
    succeeds(() => new Intl.DateTimeFormat('en', { timeZone: value })),
}

function succeeds(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch {
    return false
  }
}

export interface ChangeProfileUse {
  accounts: AccountsRepository
  clock: Clock
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

/** The claims must be free of faults. Nothing is recorded where nothing changes. */
export const changeProfile =
  (use: ChangeProfileUse) =>
  async ({ id, sub }: Pick<Account, 'id' | 'sub'>, claims: OwnClaims, origin: Origin): Promise<void> => {
    const changed = await use.accounts.atomically(async ({ users, record }) => {
      const account = (await users.lock(id)) ? await users.find(id) : undefined
      if (account === undefined) return false
      const before = ownClaimsOf(account)
      const fields = OWN_CLAIMS.filter((claim) => claims[claim] !== before[claim])
      if (fields.length === 0) return false
      const { name, ...said } = claims
      const profile = Object.entries({ ...account.profile, ...said }).filter(([, value]) => value !== '')
      const at = use.clock.now()
      await users.update(id, { name: name || null, profile: Object.fromEntries(profile) }, at)
      const updated = {
        type: 'user.updated',
        subject: sub,
        name: account.email,
        details: { fields },
      } as const
      await record(createEvent(origin, updated, at))
      return true
    })
    if (changed) await use.tell(sub)
  }
