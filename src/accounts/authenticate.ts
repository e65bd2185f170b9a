/**
 * A name and a password. Every way through costs the same: one look-up and one argon2 run, whether the name is
 * unknown, has no password, is disabled, or the password is wrong; what differs is told to the audit only. A
 * password that is refused by its length alone is refused at once, for known and unknown names alike.
 */
import { createEvent, type Origin } from '../audit/event.ts'
import { passwordBytes } from '../security/password-bytes.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import { readPhc } from '../security/phc-string.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { normaliseEmail } from './email.ts'

type AuthenticationFailure = 'unknown' | 'wrong_password' | 'disabled' | 'no_password' | 'malformed'

export type Authentication = { ok: true; account: Account } | { ok: false; reason: AuthenticationFailure }

/** Also for which client. */
export type SignInOrigin = Origin & { client?: string }

export interface AuthenticateUse {
  accounts: Pick<AccountsRepository, 'users' | 'credentials' | 'record'>
  hasher: Pick<PasswordHasher, 'hash' | 'verify' | 'verifyNobody'>
  clock: Clock
  /** Who may not come in, whatever they know, is told what the disabled are told. */
  mayEnter: (account: Account) => boolean
  /** Hears why a password could not be hashed anew; the sign-in goes on. */
  onRehashFailed: (error: unknown) => void
}

export const authenticate =
  (use: AuthenticateUse) =>
  async (username: string, password: string, origin: SignInOrigin): Promise<Authentication> => {
    const failed = (reason: AuthenticationFailure, account?: Account) =>
      recordFailure(use, origin, reason, account)
    if (typeof passwordBytes(password) === 'string') return failed('malformed')
    const key = normaliseEmail(username)?.key
    const found = key === undefined ? undefined : await use.accounts.users.findForSignIn(key)
    const phc = found?.passwordHash
    // A stored hash that can't be verified is no password.
    if (found === undefined || phc === undefined || readPhc(phc) === undefined) {
      await use.hasher.verifyNobody(password)
      return found === undefined ? failed('unknown') : failed('no_password', found.account)
    }
    const { ok, rehash } = await use.hasher.verify(phc, password)
    if (!ok) return failed('wrong_password', found.account)
    if (!use.mayEnter(found.account)) return failed('disabled', found.account)
    // Disabled before, or while argon2 ran: the row itself decides.
    const at = use.clock.now()
    const account = await use.accounts.users.recordSignIn(
      found.account.id,
      at,
      createEvent(
        origin,
        { type: 'login.succeeded', ...about(origin, found.account), details: BY_PASSWORD },
        at,
      ),
    )
    if (account === undefined) return failed('disabled', found.account)
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

const BY_PASSWORD = { method: 'password' } as const

const about = ({ client }: SignInOrigin, account: Account) => ({
  ...{ client, subject: account.sub, name: account.email },
  actor: `user:${account.sub}`,
})

/** Whose name it was, if anybody's; never what was typed, which may be a password. */
async function recordFailure(
  { accounts, clock }: AuthenticateUse,
  origin: SignInOrigin,
  reason: AuthenticationFailure,
  account: Account | undefined,
): Promise<Authentication> {
  const { client } = origin
  const whose = account === undefined ? { client } : { ...about(origin, account), actor: undefined }
  const failed = { type: 'login.failed', ...whose, reason, details: BY_PASSWORD } as const
  await accounts.record(createEvent(origin, failed, clock.now()))
  return { ok: false, reason }
}
