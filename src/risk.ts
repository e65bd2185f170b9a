/** Risk, put together: files that say what an address is, the policy, and what is asked of them at a sign-in. */
import type { LookAtSignIn } from './accounts/sign-in-risk.ts'
import type { SignInHistory } from './accounts/sign-ins-repository.ts'
import type { Assessed } from './audit/assessment.ts'
import type { Core } from './core.ts'
import { type AddressBook, createAddressBook, type RiskFile } from './security/address-book.ts'
import type { CrowdWatch } from './security/rate-limit/crowd-watch.ts'
import { type Assessment, assess, toAssessed } from './security/risk/assess.ts'
import type { Policy } from './security/risk/registry.ts'
import { knownOfSignIn, type SeenDevice } from './security/risk/sign-in.ts'
import type { LogEvent, Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'

export interface RiskUse {
  core: Core
  log: Logger
  metrics: Metrics
}

export type Addresses = AddressBook & { close(): void }

/** How often somebody looks whether the files were replaced. */
const LOOK_AGAIN = 2_000
/** Bad lines that are told by number. */
const MOST_TOLD = 10

/** With its files read, as far as they can be: what is wrong with them is told, and no reason not to serve. */
export async function openAddresses({ core, log, metrics }: RiskUse): Promise<Addresses> {
  const about = ({ variable, path }: RiskFile): LogEvent => ({ component: 'risk', variable, file: path })
  const book = createAddressBook({
    config: core.config,
    onRead: (file, { bad = [], entries }) => {
      metrics.riskSource(file.source, true)
      log.info({ ...about(file), count: entries }, 'a file that risk is weighed by was read')
      if (bad.length === 0) return
      const lines = bad.slice(0, MOST_TOLD).join(', ')
      const event = { ...about(file), count: bad.length, reason: `line ${lines}` }
      log.warn(event, 'lines that are no address and no network are left out')
    },
    onFailed: (file, error) => {
      metrics.riskSource(file.source, false)
      log.warn(
        { ...about(file), error },
        'a file that risk is weighed by can’t be read: its rules go by what it said before, or are off',
      )
    },
  })
  await book.refresh()
  const timer = setInterval(() => void book.refresh(), LOOK_AGAIN).unref()
  return { ...book, close: () => clearInterval(timer) }
}

export interface SignInRiskUse {
  addresses: AddressBook
  crowd: CrowdWatch
  findPolicy: () => Promise<Policy>
  onAssessed: (assessment: Assessment) => void
}

export const createSignInRisk =
  ({ addresses, crowd, findPolicy, onAssessed }: SignInRiskUse): LookAtSignIn =>
  async ({ ip = '' }) => {
    const [policy, accounts] = await Promise.all([findPolicy(), crowd.count(ip)])
    return ({ sub, at, device, history }): Assessed => {
      const { place, listed } = addresses.about(ip)
      const known = knownOfSignIn({ at, device, place, listed, accounts }, seenDevices(addresses, history))
      // Waited for, it would tell by its time whose password was right.
      if (known.device_seen === false) void crowd.add(ip, sub).catch(() => {})
      const assessment = assess(known, policy)
      onAssessed(assessment)
      return toAssessed(assessment)
    }
  }

/** By the files as they are now; where they don't have an address, by what they said when it was seen. */
const seenDevices = (addresses: AddressBook, { devices }: SignInHistory): SeenDevice[] =>
  devices.map(({ id, at, address, country, countries }) => {
    const found = address === undefined ? undefined : addresses.about(address).place
    return { id, at, countries, place: found ?? (country === undefined ? undefined : { country }) }
  })
