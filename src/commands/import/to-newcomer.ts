import type { ProfileClaim } from '../../accounts/claims.ts'
import { isName } from '../../accounts/create-user.ts'
import { normaliseEmail } from '../../accounts/email.ts'
import type { Newcomer } from '../../accounts/import-users.ts'
import type { bringIdentity } from '../../methods/identity/bring.ts'
import type { bringTotp } from '../../methods/totp/bring.ts'
import { profileFields } from '../apply/user-entry.ts'
import type { SourceTotp, SourceUser } from './source.ts'

export type ToNewcomer =
  /** `leftOut`: what is no value of its kind, and not worth a person. */
  { ok: true; newcomer: Newcomer; leftOut: string[] } | { ok: false; reason: string }

/** What a file says of a person, held against what a person may be here. */
export function toNewcomer(user: SourceUser, now: number, bring: Bring): ToNewcomer {
  const { id, email, createdAt } = user
  // An empty cell says nothing.
  const name = user.name || undefined
  if (!/^[^\0]{1,255}$/u.test(id)) return refused('its id is missing, or longer than 255 characters')
  if (email === undefined || email === '') return refused('it has no e-mail address')
  const address = normaliseEmail(email)
  if (address === undefined) return refused(`${JSON.stringify(email.slice(0, 100))} is no e-mail address`)
  const factors = (user.totp ?? []).map((app) => bring.totp(toForeign(app)))
  // Without it a password alone would let in whoever has it.
  if (factors.includes(undefined)) return refused('its authenticator app can’t be taken over')
  const { profile, leftOut } = readProfile(user.profile ?? {})
  const identities = (user.identities ?? []).map(bring.identity)
  const isCalled = name !== undefined && isName(name)
  return {
    ok: true,
    newcomer: {
      ...{ sourceId: id, address, profile },
      emailVerified: user.emailVerified ?? false,
      name: isCalled ? name : undefined,
      disabled: user.disabled ?? false,
      createdAt: createdAt !== undefined && createdAt > 0 && createdAt <= now ? createdAt : undefined,
      passwordHash: user.passwordHash || undefined,
      factors: [...factors, ...identities].filter((factor) => factor !== undefined && factor !== null),
    },
    leftOut: [
      ...(name !== undefined && !isCalled ? ['name'] : []),
      ...leftOut,
      ...(identities.includes(null) ? ['who they are elsewhere'] : []),
    ],
  }
}

/** What a file says of a person's ways to sign in, as it is kept here. */
export interface Bring {
  totp: ReturnType<typeof bringTotp>
  identity: ReturnType<typeof bringIdentity>
}

const toForeign = ({ secret, algorithm, digits, period }: SourceTotp) => ({
  secret: secret.replace(/[\s=-]/g, '').toUpperCase(),
  algorithm: (algorithm ?? 'sha1').toLowerCase().replace(/^hmac|[-_]/g, ''),
  digits: digits ?? 6,
  period: period ?? 30,
})

const refused = (reason: string): ToNewcomer => ({ ok: false, reason })

function readProfile(given: Readonly<Record<string, unknown>>) {
  const profile: Record<string, unknown> = {}
  const leftOut: string[] = []
  for (const [claim, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === '') continue
    const read = profileFields[claim as ProfileClaim].safeParse(value)
    if (read.success) profile[claim] = read.data
    else leftOut.push(claim)
  }
  // A word about a number that is not there.
  if (profile['phone_number'] === undefined) delete profile['phone_number_verified']
  return { profile, leftOut }
}
