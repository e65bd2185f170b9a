/**
 * What the risk of a sign-in is weighed by is gathered while its first proof is looked at, on every way through and for
 * names that nobody has; it counts only where the proof was right.
 */
import type { Account } from '../accounts/account.ts'
import type { DescribeDevice, SignInOrigin } from '../accounts/record-sign-in.ts'
import type { LookAtSignIn } from '../accounts/sign-in-risk.ts'
import type { SignInHistory, SignInsRepository } from '../accounts/sign-ins-repository.ts'
import type { Assessed } from '../audit/assessment.ts'
import { deviceIdOf } from '../security/device-cookie.ts'

export interface GatherUse {
  signIns: Pick<SignInsRepository, 'history'>
  look: LookAtSignIn
  describeDevice: DescribeDevice
}

export interface Gathered {
  history: SignInHistory
  /** For the account that it was gathered of. `trustedFor`: how long a device may be trusted at most, ms. */
  weigh(account: Account, at: number, trustedFor: number): Weighed
}

export interface Weighed {
  assessed: Assessed
  /** Its person wished not to be asked for a second factor on this device, and it still looks like the same one. */
  trusted: boolean
}

export type Gather = (account: Account | undefined, origin: SignInOrigin) => Promise<Gathered>

export const createGather =
  ({ signIns, look, describeDevice }: GatherUse): Gather =>
  async (account, { ip, userAgent, device: { cookieId, language } = {} }) => {
    const device = cookieId === undefined ? undefined : deviceIdOf(cookieId, account?.sub ?? '')
    const [history, weigh] = await Promise.all([signIns.history(account?.id, device), look({ ip })])
    return {
      history,
      weigh: ({ sub }, at, trustedFor) => {
        const here = history.devices.find(({ id }) => id === device)
        const { fingerprint } = describeDevice(userAgent, language)
        const isLately = (here?.trustedUntil ?? 0) > at && at - (here?.trustedAt ?? 0) < trustedFor
        const trusted = isLately && here?.fingerprint === fingerprint
        return { assessed: weigh({ sub, at, device, history }), trusted }
      },
    }
  }
