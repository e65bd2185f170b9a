/**
 * What the person knows. Every way through costs the same: two look-ups and one hash, whether the name is unknown, has no
 * password, or the password is wrong; what differs is told to the audit trail only. For nobody's password another account's
 * hash stands in, the same each time for a name, since hashes that came from elsewhere take times of their own. A password that is refused by its length alone is
 * refused at once, for known and unknown names alike.
 */
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import { normaliseEmail } from '../../accounts/email.ts'
import { type Person, passwordHashOf } from '../../accounts/person.ts'
import type { UsersRepository } from '../../accounts/users-repository.ts'
import { passwordBytes } from '../../security/password-bytes.ts'
import type { PasswordHasher } from '../../security/password-hash.ts'
import { isVerifiable } from '../../security/stored-password.ts'
import type { Method } from '../method.ts'

export interface PasswordUse {
  credentials: Pick<CredentialsRepository, 'renewPassword'>
  users: Pick<UsersRepository, 'hashAfter'>
  /** For a name, something that looks like a `sub`: random, and always the same. */
  standIn: (name: string) => string
  hasher: Pick<PasswordHasher, 'hash' | 'verify' | 'verifyNobody'>
  /** Hears why a password could not be hashed anew; the sign-in goes on. */
  onRehashFailed: (error: unknown) => void
}

export const createPassword = (use: PasswordUse): Method => ({
  id: 'password',
  role: 'first',
  factors: ['knowledge'],
  phishingResistant: false,
  ready: (person) => hashOf(person) !== undefined,
  verify: async ({ person, name }, { password = '' }) => {
    if (typeof passwordBytes(password) === 'string')
      return { ok: false, reason: 'malformed', whose: person?.account }
    const phc = person && hashOf(person)
    const another = await use.users.hashAfter(use.standIn(normaliseEmail(name)?.key ?? name))
    if (person === undefined || phc === undefined) {
      await use.hasher.verifyNobody(password, another)
      return { ok: false, reason: person ? 'no_password' : 'unknown', whose: person?.account }
    }
    const { ok, rehash } = await use.hasher.verify(phc, password)
    if (!ok) return { ok: false, reason: 'wrong_password', whose: person.account }
    if (rehash && !person.account.disabled) await renew(use, person.account.id, phc, password)
    return { ok: true, person, proven: { factors: ['knowledge'], amr: ['pwd'], phishingResistant: false } }
  },
})

/** A stored hash that can't be verified is no password. */
function hashOf(person: Person): string | undefined {
  const phc = passwordHashOf(person)
  return phc !== undefined && isVerifiable(phc) ? phc : undefined
}

async function renew(use: PasswordUse, userId: string, from: string, password: string): Promise<void> {
  try {
    await use.credentials.renewPassword(userId, from, await use.hasher.hash(password))
  } catch (error) {
    use.onRehashFailed(error)
  }
}
