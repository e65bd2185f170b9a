/**
 * What stands before every password. Failures count, by address and by account; a device that was let in to the account
 * before draws on tries of its own instead, whatever others do elsewhere. Known and unknown names are treated alike: the
 * guard knows nothing but the name that was typed.
 */
import type { ServerResponse } from 'node:http'
import type { Counters } from '../../../adapters/counters.ts'
import type { RateLimits } from '../../config/config.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Limiter } from '../../telemetry/metric-labels.ts'
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

/** One of the three is called, once. */
export interface Attempt {
  /** What the device's cookie says; undefined for a device without. */
  deviceId: string | undefined
  /** Gives the try back, and the device its cookie, with this id. */
  succeeded(res: ServerResponse, deviceId: string): Promise<void>
  failed(): Promise<void>
  /** It came to no verdict. */
  dropped(): Promise<void>
}

export type SignInGuard = (signIn: SignInTry) => Promise<Admission>

export function createSignInGuard(use: SignInGuardUse): SignInGuard {
  const reserve = createReserve(use)
  const sprays = createSprayWatch({ ...use, limit: use.limits.loginAddress })
  return async ({ ip, cookieHeader, username }) => {
    const name = short(use.hash('login', use.nameOf(username)))
    const device = use.devices.read(cookieHeader)
    const remember = (res: ServerResponse, id: string): void => use.devices.remember(res, device, name, id)
    const common = { deviceId: device?.id, remember }
    if (device !== undefined && use.devices.knows(device, name)) {
      const reservation = await reserve([deviceBudget(use, device, name)])
      return admit(use, reservation, undefined, { ...common, failed: async () => {} })
    }
    const neighbourhood = neighbourhoodOf(ip)
    const [reservation, slowed] = await Promise.all([
      reserve(strangerBudgets(use, ip, name)),
      sprays.slow(neighbourhood),
    ])
    return admit(use, reservation, slowed, {
      ...common,
      failed: () => sprays.failed(neighbourhood, name),
    })
  }
}

const short = (hash: Buffer): string => hash.subarray(0, 16).toString('base64url')

const deviceBudget = ({ limits, hash }: SignInGuardUse, { id }: Device, name: string): Budget => ({
  limiter: 'login_device',
  key: `login_device:${short(hash('login_device', `${id} ${name}`))}`,
  limit: limits.loginAccount,
  backsOff: true,
})

const strangerBudgets = ({ limits }: SignInGuardUse, ip: string, name: string): Budget[] => [
  {
    limiter: 'login_address',
    key: `login_address:${networkOf(ip)}`,
    limit: limits.loginAddress,
    backsOff: false,
  },
  { limiter: 'login_account', key: `login_account:${name}`, limit: limits.loginAccount, backsOff: true },
]

interface AfterAttempt {
  deviceId: string | undefined
  remember: (res: ServerResponse, id: string) => void
  failed: () => Promise<void>
}

async function admit(
  { onRefused }: SignInGuardUse,
  reservation: Reservation,
  slowed: Refusal | undefined,
  after: AfterAttempt,
): Promise<Admission> {
  if (!reservation.ok) return refuse(onRefused, reservation.refusal)
  if (slowed !== undefined) {
    await reservation.giveBack()
    return refuse(onRefused, slowed)
  }
  return {
    ok: true,
    attempt: {
      deviceId: after.deviceId,
      succeeded: async (res, deviceId) => {
        await reservation.giveBack()
        after.remember(res, deviceId)
      },
      failed: async () => {
        await Promise.all([reservation.failed(), after.failed()])
      },
      dropped: reservation.giveBack,
    },
  }
}

function refuse(onRefused: SignInGuardUse['onRefused'], refusal: Refusal): Admission {
  onRefused(refusal.limiter)
  return { ok: false, refusal }
}
