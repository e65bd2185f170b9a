/** Which scope brings which claims: OpenID Connect Core §5.4; `acr`, `amr`, `auth_time` always (RFC 9470 needs them). */
export const CLAIMS = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: [
    'birthdate',
    'family_name',
    'gender',
    'given_name',
    'locale',
    'middle_name',
    'name',
    'nickname',
    'picture',
    'preferred_username',
    'profile',
    'updated_at',
    'website',
    'zoneinfo',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
  groups: ['groups'],
}

const known: ReadonlySet<string> = new Set(Object.values(CLAIMS).flat())

export const isServerClaim = (claim: string): boolean => known.has(claim)
