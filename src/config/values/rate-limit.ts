import { z } from 'zod'
import { readDuration } from './duration.ts'

/** So many within a window that begins with the first of them. */
export interface RateLimit {
  readonly count: number
  readonly windowMs: number
}

const MOST = 100_000
const DAY = 86_400_000
const SHAPE = `a count from 1 to ${MOST} and a duration from 1s to 1d in whole seconds, such as 10/15m`

/** `10/15m`; undefined for anything else. */
function readRateLimit(text: string): RateLimit | undefined {
  const [, count, duration] = /^(\d{1,6})\/(\w{1,12})$/.exec(text) ?? []
  const limit = { count: Number(count), windowMs: readDuration(duration ?? '') ?? 0 }
  const fits = limit.count >= 1 && limit.count <= MOST && limit.windowMs >= 1000 && limit.windowMs <= DAY
  return fits && limit.windowMs % 1000 === 0 ? limit : undefined
}

export const rateLimit = z.string().transform((text, context): RateLimit => {
  const limit = readRateLimit(text)
  if (limit !== undefined) return limit
  context.addIssue(`must be ${SHAPE}`)
  return z.NEVER
})

export const rateLimitOrOff = z.string().transform((text, context): RateLimit | 'off' => {
  const limit = text === 'off' ? text : readRateLimit(text)
  if (limit !== undefined) return limit
  context.addIssue(`must be off, or ${SHAPE}`)
  return z.NEVER
})
