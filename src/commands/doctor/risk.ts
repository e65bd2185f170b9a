import type { Config } from '../../config/config.ts'
import { createAddressBook } from '../../security/address-book.ts'
import { systemClock } from '../../shared/clock.ts'
import { EXIT } from '../exit-codes.ts'
import { reasonOf } from './reason.ts'
import type { Verdict } from './verdict.ts'

const check = 'risk'
const DAY = 24 * 60 * 60 * 1000
/** Networks move between countries all the time. */
const OLD = 365 * DAY

/** The files that risk is weighed by. A bad one keeps nobody from signing in, but its rules are off. */
export async function* checkRisk(
  config: Pick<Config, 'geoipDb' | 'addressReputation'>,
): AsyncIterable<Verdict> {
  const verdicts: Verdict[] = []
  const book = createAddressBook({
    config,
    onRead: ({ source, path }, { builtAt, entries = 0, bad = [] }) => {
      if (source === 'geoip') return void verdicts.push(judgePlaces(config, path, builtAt ?? 0))
      verdicts.push({
        check,
        status: 'ok',
        message: `ADDRESS_REPUTATION has ${entries} addresses and networks`,
      })
      if (bad.length === 0) return
      const message = `ADDRESS_REPUTATION: line ${bad.slice(0, 10).join(', ')} of ${path} says no address and no network: ${bad.length} left out`
      verdicts.push({ check, status: 'warn', message })
    },
    onFailed: ({ variable, path }, error) => {
      const { message } = reasonOf(error, EXIT.failed)
      verdicts.push({
        check,
        status: 'warn',
        message: `${variable}: ${path} can’t be read, its rules are off: ${message}`,
      })
    },
  })
  await book.refresh()
  yield* verdicts
}

function judgePlaces({ geoipDb }: Pick<Config, 'geoipDb'>, path: string, builtAt: number): Verdict {
  const date = new Date(builtAt).toISOString().slice(0, 10)
  const file = geoipDb === undefined ? 'the built-in country file' : path
  const message = `places of addresses are of ${date} (${file})`
  if (systemClock.now() - builtAt < OLD) return { check, status: 'ok', message }
  return { check, status: 'warn', message: `${message}: more than a year old, set GEOIP_DB to a newer one` }
}
