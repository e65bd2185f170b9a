/** `/account/profile`: what a person says of themselves, to us and to the applications that may see it. */
import type { Account } from '../../accounts/account.ts'
import {
  faultyClaims,
  OWN_CLAIMS,
  type OwnClaim,
  type OwnClaims,
  ownClaimsOf,
} from '../../accounts/change-profile.ts'
import type { Origin } from '../../audit/event.ts'
import type { AccountPage, Visit } from './page.ts'

export interface ProfileUse {
  changeProfile: (account: Account, claims: OwnClaims, origin: Origin) => Promise<void>
}

export function createProfilePage({ changeProfile }: ProfileUse): AccountPage {
  const page = (visit: Visit, values: OwnClaims, faults: OwnClaim[]): void =>
    visit.show('account-profile', { values, faults }, faults.length > 0 ? { status: 400 } : {})
  return {
    path: '/account/profile',
    entry: { group: 'you', icon: 'user', title: 'account.profile.title' },
    show: async (visit) => page(visit, ownClaimsOf(visit.account), []),
    submit: async (visit, form) => {
      const values = claimsIn(form, ownClaimsOf(visit.account))
      const faults = faultyClaims(values)
      if (faults.length > 0) return page(visit, values, faults)
      await changeProfile(visit.account, values, visit.origin)
      visit.done('profile_saved')
    },
  }
}

/** What a form doesn't bring stays as it is. */
const claimsIn = (form: Record<string, string>, before: OwnClaims): OwnClaims =>
  Object.fromEntries(OWN_CLAIMS.map((claim) => [claim, form[claim]?.trim() ?? before[claim]])) as OwnClaims
