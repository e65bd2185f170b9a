/**
 * What relying parties may learn about an account, by the names of OpenID Connect Core §5.1; which of it one of
 * them gets, scopes and consent decide. Only standard claims leave the profile, whatever else is kept there.
 */
import type { Account } from './account.ts'

export const PROFILE_CLAIMS = [
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'address',
] as const

export type ProfileClaim = (typeof PROFILE_CLAIMS)[number]

export const claimsOf = (account: Account): Record<string, unknown> => ({
  ...Object.fromEntries(PROFILE_CLAIMS.map((name) => [name, account.profile[name]]).filter(hasValue)),
  ...(account.name !== undefined && { name: account.name }),
  sub: account.sub,
  email: account.email,
  email_verified: account.emailVerified,
  updated_at: Math.floor(account.updatedAt / 1000),
  groups: [...account.serverRoles],
})

/** A claim without a value is left out, never null or empty (§5.3.2). */
const hasValue = ([, value]: (unknown | undefined)[]): boolean =>
  value !== undefined && value !== null && value !== ''
