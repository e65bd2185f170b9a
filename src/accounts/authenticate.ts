/**
 * A name and a password. Every way through costs the same: one look-up and one password hash, whether the name is
 * unknown, has no password, is disabled, or the password is wrong; what differs is told to the audit only. For a name
 * without a password it is the hash of somebody else, always the same one, so that hashes of other systems, which take
 * another time, tell nothing of who has an account. What the risk
 * of a sign-in is weighed by is gathered while argon2 runs, on every way; it counts only where the password was right. A
 * password that is refused by its length alone is refused at once, for known and unknown names alike.
 */
import type { Assessed } from '../audit/assessment.ts'
import { createEvent, type Origin } from '../audit/event.ts'
import { deviceIdOf, newDeviceId } from '../security/device-cookie.ts'
import { passwordBytes } from '../security/password-bytes.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import { isVerifiable } from '../security/stored-password.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { normaliseEmail } from './email.ts'
import type { SeenDevice, SignInHistory } from './sign-ins-repository.ts'

type AuthenticationFailure =
  | 'unknown'
  | 'wrong_password'
  | 'disabled'
  | 'no_password'
  | 'malformed'
  /** By the risk policy, though the password was right. */
  | 'denied'

export type Authentication =
  | { ok: true; account: Account; device: SignedInDevice }
  | { ok: false; reason: AuthenticationFailure }

/** What a sign-in leaves on the device. */
export interface SignedInDevice {
  /** Of this person on it: public, it opens nothing. */
  id: string
  /** What its cookie says. */
  cookieId: string
}

/** Also for which client, and on which device. */
export type SignInOrigin = Origin & { client?: string; device?: DeviceVisit }

/** What a request says of its device. Nobody has to believe it, but for the cookie, which proves itself. */
export interface DeviceVisit {
  cookieId?: string | undefined
  label?: string | undefined
  language?: string | undefined
}

/** What the audit trail calls it, and how to know it again. */
export type DescribeDevice = (
  userAgent: string | undefined,
  language: string | undefined,
) => Pick<SeenDevice, 'browser' | 'system' | 'kind' | 'fingerprint'>

/** The risk of a sign-in: begun whatever the password is, and for names that nobody has. */
export type LookAtSignIn = (from: Pick<Origin, 'ip'>) => Promise<WeighSignIn>

/** Asked once the password was right: `device` is the one that its cookie names, `history` what the person left before. */
export type WeighSignIn = (signIn: {
  sub: string
  at: number
  device: string | undefined
  history: SignInHistory
}) => Assessed

export interface AuthenticateUse {
  accounts: Pick<AccountsRepository, 'users' | 'credentials' | 'signIns' | 'record'>
  hasher: Pick<PasswordHasher, 'hash' | 'verify' | 'verifyNobody'>
  clock: Clock
  /** For a name, always the same subject identifier, which may be nobody's: whose hash is next to it stands in. */
  standIn: (key: string) => string
  describeDevice: DescribeDevice
  look: LookAtSignIn
  /** How long a device is remembered that was seen once, ms. */
  deviceRememberedFor: number
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
    const asked =
      key === undefined ? undefined : await use.accounts.users.findForSignIn(key, use.standIn(key))
    const { found, another } = asked ?? {}
    const phc = found?.passwordHash
    // A stored hash that can't be verified is no password.
    if (found === undefined || phc === undefined || !isVerifiable(phc)) {
      await Promise.all([use.hasher.verifyNobody(password, another), gather(use, origin, found?.account)])
      return found === undefined ? failed('unknown') : failed('no_password', found.account)
    }
    const { account } = found
    const [{ ok, rehash }, gathered] = await Promise.all([
      use.hasher.verify(phc, password),
      gather(use, origin, account),
    ])
    if (!ok) return failed('wrong_password', account)
    if (!use.mayEnter(account) || account.disabled) return failed('disabled', account)
    const at = use.clock.now()
    const assessed = gathered.weigh({ ...gathered, sub: account.sub, at })
    if (assessed.risk === 'deny') return recordFailure(use, origin, 'denied', account, assessed)
    // Disabled while argon2 ran: the row itself decides.
    const device = await recordSignIn(use, origin, account, { at, gathered, assessed })
    if (device === undefined) return failed('disabled', account)
    if (rehash) await renewHash(use, account.id, phc, password)
    return { ok: true, account: { ...account, lastSignInAt: at }, device }
  }

interface Gathered {
  /** Of this person on the device whose cookie came along. */
  device: string | undefined
  history: SignInHistory
  weigh: WeighSignIn
}

async function gather(
  { accounts, look }: AuthenticateUse,
  { ip, device: { cookieId } = {} }: SignInOrigin,
  account: Account | undefined,
): Promise<Gathered> {
  const device = cookieId === undefined ? undefined : deviceIdOf(cookieId, account?.sub ?? '')
  const [history, weigh] = await Promise.all([accounts.signIns.history(account?.id, device), look({ ip })])
  return { device, history, weigh }
}

/** As long as its cookie lives: `security/device-cookie.ts`. */
const REMEMBERED = 400 * 24 * 60 * 60 * 1000

async function recordSignIn(
  use: AuthenticateUse,
  origin: SignInOrigin,
  account: Account,
  { at, gathered, assessed }: { at: number; gathered: Gathered; assessed: Assessed },
): Promise<SignedInDevice | undefined> {
  const { client: _, device: visit = {}, ...from } = origin
  const { cookieId, label, language } = visit
  const cookie = newDeviceId()
  const fresh = deviceIdOf(cookie, account.sub)
  const known = gathered.history.revoked ? undefined : gathered.device
  const details = { ...BY_PASSWORD, ...assessed, device: known ?? fresh }
  const event = createEvent(from, { type: 'login.succeeded', ...about(origin, account), details }, at)
  const recorded = await use.accounts.signIns.record(account.id, at, event, {
    ...use.describeDevice(origin.userAgent, language),
    known,
    fresh,
    label,
    address: origin.ip,
    country: origin.country,
    rememberedFor: { once: use.deviceRememberedFor, again: REMEMBERED },
  })
  if (recorded === undefined) return undefined
  const kept = recorded.device === known && cookieId !== undefined
  return { id: recorded.device, cookieId: kept ? cookieId : cookie }
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
  assessed: Assessed | undefined = undefined,
): Promise<Authentication> {
  const { client, device: _, ...from } = origin
  const whose = account === undefined ? { client } : { ...about(origin, account), actor: undefined }
  const failed = { type: 'login.failed', ...whose, reason, details: { ...BY_PASSWORD, ...assessed } } as const
  await accounts.record(createEvent(from, failed, clock.now()))
  return { ok: false, reason }
}
