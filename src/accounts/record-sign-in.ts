/** A sign-in that was completed: its event, and the device that it was on, as the person will know it. */
import type { Assessed } from '../audit/assessment.ts'
import { createEvent, type Origin } from '../audit/event.ts'
import { deviceIdOf, newDeviceId } from '../security/device-cookie.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { SeenDevice, SignInHistory } from './sign-ins-repository.ts'

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

export interface RecordSignInUse {
  accounts: Pick<AccountsRepository, 'signIns'>
  describeDevice: DescribeDevice
  /** How long a device is remembered that was seen once, ms. */
  deviceRememberedFor: number
}

export interface CompletedSignIn {
  account: Account
  /** The first is the one that it began with. */
  methods: readonly [MethodId, ...MethodId[]]
  acr: string
  assessed: Assessed
  history: SignInHistory
  /** For how long no second factor is asked for on the device; ms. */
  trustFor?: number | undefined
  at: number
}

/** As long as its cookie lives: `security/device-cookie.ts`. */
const REMEMBERED = 400 * 24 * 60 * 60 * 1000

/** Undefined where the account was disabled or deleted by now. */
export const recordSignIn =
  (use: RecordSignInUse) =>
  async (signIn: CompletedSignIn, origin: SignInOrigin): Promise<SignedInDevice | undefined> => {
    const { account, methods, acr, assessed, history, trustFor, at } = signIn
    const { client: _, device: visit = {}, ...from } = origin
    const { cookieId, label, language } = visit
    const cookie = newDeviceId()
    const fresh = deviceIdOf(cookie, account.sub)
    const known = knownDevice(cookieId, account.sub, history)
    const [method] = methods
    const details = { method, methods: [...methods], acr, ...assessed, device: known ?? fresh }
    const event = createEvent(from, { type: 'login.succeeded', ...about(origin, account), details }, at)
    const recorded = await use.accounts.signIns.record(account, at, event, {
      ...use.describeDevice(origin.userAgent, language),
      known,
      fresh,
      label,
      address: origin.ip,
      country: origin.country,
      rememberedFor: { once: use.deviceRememberedFor, again: REMEMBERED },
      trustedUntil: trustFor === undefined ? undefined : at + trustFor,
    })
    if (recorded === undefined) return undefined
    const kept = recorded.device === known && cookieId !== undefined
    return { id: recorded.device, cookieId: kept ? cookieId : cookie }
  }

/** Of a person on the device whose cookie came along; a device that was revoked is nobody's. */
const knownDevice = (cookieId: string | undefined, sub: string, { revoked }: SignInHistory) =>
  cookieId === undefined || revoked ? undefined : deviceIdOf(cookieId, sub)

/** Whose sign-in, and at which client, as events say it. */
export const about = ({ client }: SignInOrigin, account: Account) => ({
  ...{ client, subject: account.sub, name: account.email },
  actor: `user:${account.sub}`,
})
