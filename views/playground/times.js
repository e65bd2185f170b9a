const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' })
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' })
const FROM_NOW = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** `at` in epoch milliseconds. */
export const clockTime = (at) => `${CLOCK.format(at)} UTC`

/** Claims that hold a time, in epoch seconds (RFC 7519 §2, OpenID Connect Core §5.1). */
export const TIME_CLAIMS = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at'])

export function timeInWords(seconds, now) {
  const distance = seconds - Math.round(now / 1000)
  const [unit, size] = UNITS.find(([, length]) => Math.abs(distance) >= length) ?? ['second', 1]
  return `${DATE.format(seconds * 1000)} UTC, ${distance === 0 ? 'now' : FROM_NOW.format(Math.round(distance / size), unit)}`
}

/** `ms` as "10 seconds". */
export const duration = (ms) => `${ms / 1000} ${ms === 1000 ? 'second' : 'seconds'}`
