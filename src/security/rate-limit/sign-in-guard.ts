/**
 * What stands before every password. Failures count, by address and by account; a device that was let in to the account
 * before draws on tries of its own instead, whatever others do elsewhere. Known and unknown names are treated alike: the
 * guard knows nothing but the name that was typed.
 */
import type { ServerResponse } from 'node:http'
import type { Counters } from '../../../adapters/counters.ts'
import type { RateLimits } from '../../config/config.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Limiter, MethodId } from '../../telemetry/metric-labels.ts'
import type { Device, DeviceCookies } from '../device-cookie.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { neighbourhoodOf, networkOf } from './network.ts'
import type { Refusal } from './refusal.ts'
import { type Budget, createReserve, type Reservation } from './reserve.ts'
import { createSprayWatch, type SprayWatchUse } from './spray-watch.ts'

export interface SignInGuardUse {
  counters: Counters
  clock: Clock
  limits: Pick<RateLimits, 'loginAddress' | 'loginAccount'>
  /** What the store sees in place of a name. */
  hash: KeyedHash
  devices: DeviceCookies
  /** The one form of all spellings of an account's name. */
  nameOf: (typed: string) => string
  onRefused: (limiter: Limiter) => void
  onSprayed: SprayWatchUse['onSprayed']
}

export interface SignInTry {
  ip: string
  cookieHeader: string | undefined
  username: string
}

export type Admission = { ok: true; attempt: Attempt } | { ok: false; refusal: Refusal }

/** One of the two is called, once. */
export interface Attempt {
  failed(): Promise<void>
  /** It was right, or came to no verdict: the try is given back. */
  giveBack(): Promise<void>
}

export interface SignInGuard {
  admit(signIn: SignInTry): Promise<Admission>
  /** For an answer that says itself who it is from, and can't be guessed: by address alone. */
  admitNameless(from: Pick<SignInTry, 'ip'>): Promise<Admission>
  /** Of a second factor: by the sign-in under way, and by the account, wherever it signs in. */
  admitSecond(of: { signIn: string; sub: string }): Promise<Admission>
  /** What the device's cookie says; undefined for a device without. */
  deviceOf(cookieHeader: string | undefined): string | undefined
  /** How somebody began to sign in on the device the last time; undefined where that is not known. */
  lastMethodOf(cookieHeader: string | undefined): MethodId | undefined
  /** After a sign-in that began by `method`: gives the device its cookie, with this id, by which it is known to the account. */
  remember(
    res: ServerResponse,
    signedIn: Omit<SignInTry, 'ip'> & { deviceId: string; method: MethodId },
  ): void
}

export function createSignInGuard(use: SignInGuardUse): SignInGuard {
  const { devices } = use
  const reserve = createReserve(use)
  const sprays = createSprayWatch({ ...use, limit: use.limits.loginAddress })
  const nameOf = (username: string): string => short(use.hash('login', use.nameOf(username)))
  const alone = async (budgets: readonly Budget[]) =>
    admit(use, await reserve(budgets), undefined, async () => {})
  return {
    admit: async ({ ip, cookieHeader, username }) => {
      const name = nameOf(username)
      const device = devices.read(cookieHeader)
      if (device !== undefined && devices.knows(device, name)) return alone([deviceBudget(use, device, name)])
      const neighbourhood = neighbourhoodOf(ip)
      const [reservation, slowed] = await Promise.all([
        reserve([addressBudget(use, ip), accountBudget(use, name)]),
        sprays.slow(neighbourhood),
      ])
      return admit(use, reservation, slowed, () => sprays.failed(neighbourhood, name))
    },
    admitNameless: ({ ip }) => alone([addressBudget(use, ip)]),
    admitSecond: ({ signIn, sub }) => alone(secondBudgets(use, signIn, sub)),
    deviceOf: (cookieHeader) => devices.read(cookieHeader)?.id,
    lastMethodOf: (cookieHeader) => devices.read(cookieHeader)?.lastMethod,
    remember: (res, { cookieHeader, username, deviceId: id, method }) =>
      devices.remember(res, devices.read(cookieHeader), { account: nameOf(username), id, method }),
  }
}

const short = (hash: Buffer): string => hash.subarray(0, 16).toString('base64url')

const deviceBudget = ({ limits, hash }: SignInGuardUse, { id }: Device, name: string): Budget => ({
  limiter: 'login_device',
  key: `login_device:${short(hash('login_device', `${id} ${name}`))}`,
  limit: limits.loginAccount,
  backsOff: true,
})

const addressBudget = ({ limits }: SignInGuardUse, ip: string): Budget => ({
  limiter: 'login_address',
  key: `login_address:${networkOf(ip)}`,
  limit: limits.loginAddress,
  backsOff: false,
})

const accountBudget = ({ limits }: SignInGuardUse, name: string): Budget => ({
  limiter: 'login_account',
  key: `login_account:${name}`,
  limit: limits.loginAccount,
  backsOff: true,
})

/** Six digits are guessed at by the million; who begins anew has no more tries for it. */
const TRIES_EACH = 5
const secondBudgets = ({ limits, hash }: SignInGuardUse, signIn: string, sub: string): Budget[] => [
  {
    limiter: 'second_factor',
    key: `second_factor:${short(hash('second_factor', signIn))}`,
    limit: { ...limits.loginAccount, count: Math.min(TRIES_EACH, limits.loginAccount.count) },
    backsOff: false,
  },
  {
    limiter: 'second_factor',
    key: `second_factor_of:${short(hash('second_factor_of', sub))}`,
    limit: limits.loginAccount,
    backsOff: true,
  },
]

async function admit(
  { onRefused }: SignInGuardUse,
  reservation: Reservation,
  slowed: Refusal | undefined,
  failed: () => Promise<void>,
): Promise<Admission> {
  if (!reservation.ok) return refuse(onRefused, reservation.refusal)
  if (slowed !== undefined) {
    await reservation.giveBack()
    return refuse(onRefused, slowed)
  }
  return {
    ok: true,
    attempt: {
      failed: async () => {
        await Promise.all([reservation.failed(), failed()])
      },
      giveBack: reservation.giveBack,
    },
  }
}

function refuse(onRefused: SignInGuardUse['onRefused'], refusal: Refusal): Admission {
  onRefused(refusal.limiter)
  return { ok: false, refusal }
}
