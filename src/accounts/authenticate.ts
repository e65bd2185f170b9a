/**
 * A name and a password. Every way through costs the same: one look-up and one argon2 run, whether the name is
 * unknown, has no password, is disabled, or the password is wrong; what differs is told to the audit only. A
 * password that is refused by its length alone is refused at once, for known and unknown names alike.
 */
import { passwordBytes } from '../security/password-bytes.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import { readPhc } from '../security/phc-string.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { normaliseEmail } from './email.ts'

type AuthenticationFailure = 'unknown' | 'wrong_password' | 'disabled' | 'no_password' | 'malformed'

export type Authentication = { ok: true; account: Account } | { ok: false; reason: AuthenticationFailure }

export interface AuthenticateUse {
  accounts: Pick<AccountsRepository, 'users' | 'credentials'>
  hasher: Pick<PasswordHasher, 'hash' | 'verify' | 'verifyNobody'>
  clock: Clock
  /** Hears why a password could not be hashed anew; the sign-in goes on. */
  onRehashFailed: (error: unknown) => void
}

export const authenticate =
  (use: AuthenticateUse) =>
  async (username: string, password: string): Promise<Authentication> => {
    if (typeof passwordBytes(password) === 'string') return failed('malformed')
    const key = normaliseEmail(username)?.key
    const found = key === undefined ? undefined : await use.accounts.users.findForSignIn(key)
    const phc = found?.passwordHash
    // A stored hash that can't be verified is no password.
    if (found === undefined || phc === undefined || readPhc(phc) === undefined) {
      await use.hasher.verifyNobody(password)
      return failed(found === undefined ? 'unknown' : 'no_password')
    }
    const { ok, rehash } = await use.hasher.verify(phc, password)
    if (!ok) return failed('wrong_password')
    // Disabled before, or while argon2 ran: the row itself decides.
    const account = await use.accounts.users.recordSignIn(found.account.id, use.clock.now())
    if (account === undefined) return failed('disabled')
    if (rehash) await renewHash(use, account.id, phc, password)
    return { ok: true, account }
  }

async function renewHash(
  use: AuthenticateUse,
  userId: string,
  from: string,
  password: string,
): Promise<void> {
  try {
    await use.accounts.credentials.renewPassword(userId, from, await use.hasher.hash(password))
  } catch (error) {
    use.onRehashFailed(error)
  }
}

const failed = (reason: AuthenticationFailure): Authentication => ({ ok: false, reason })
