import { z } from 'zod'

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const isUnit = (text: string | undefined): text is keyof typeof UNITS => text !== undefined && text in UNITS

/** `500ms`, `10s`, `15m`, `12h`, `7d` or a bare `0`, as milliseconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  if (text === '0') return 0
  const [, count, unit] = /^(\d{1,9})([a-z]{1,2})$/.exec(text) ?? []
  return isUnit(unit) ? Number(count) * UNITS[unit] : undefined
}

/** Whole seconds only: claims and cookies of the protocol (RFC 7519 §2, RFC 6265 §5.2.2) know nothing finer. */
export const duration = (least: string, most: string) =>
  z.string().transform((text, context) => {
    const value = readDuration(text)
    const [min = 0, max = 0] = [readDuration(least), readDuration(most)]
    if (value !== undefined && value >= min && value <= max && value % 1000 === 0) return value
    context.addIssue(`must be a duration from ${least} to ${most} in whole seconds, such as 90s, 15m or 7d`)
    return z.NEVER
  })
