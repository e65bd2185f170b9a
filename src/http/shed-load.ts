import type { Middleware } from 'koa'
import { ROUTES } from '../provider/routes.ts'
import { AppError } from '../shared/app-error.ts'
import { WELL_KNOWN } from './known-paths.ts'

/** What costs nothing, and tells others whether and how to go on. */
const FREE: ReadonlySet<string> = new Set([...WELL_KNOWN, ROUTES.jwks, '/healthz'])

export interface Bounds {
  /** Requests that a node works on at once. */
  atOnce: number
  /** How late it may be in doing so, ms. */
  late: number
}

/** Some seconds of work: what came after it would be answered when nobody listens any more. */
const BOUNDS: Bounds = { atOnce: 500, late: 100 }

/**
 * Turns away what a node can't answer in time, so that it answers the rest: after an outage everybody comes at once.
 * Many requests alone are no reason, as whoever sends them byte by byte would then shut everybody out: the node must be
 * late as well.
 */
export function shedLoad({ atOnce, late }: Bounds = BOUNDS, lateness: () => number = watch()): Middleware {
  let inside = 0
  return async (ctx, next) => {
    if (FREE.has(ctx.path)) return next()
    if (inside >= atOnce && lateness() > late) {
      throw new AppError('busy', 'Gatehouse has too much to do right now. Try again in a moment.', {
        detail: `${inside} requests at once`,
      })
    }
    inside++
    try {
      await next()
    } finally {
      inside--
    }
  }
}

const EVERY = 50

/** How much later than due the event loop came round, the last time that it did. */
function watch(): () => number {
  let [due, late] = [performance.now() + EVERY, 0]
  const look = setInterval(() => {
    const now = performance.now()
    ;[due, late] = [now + EVERY, now - due]
  }, EVERY)
  look.unref()
  return () => late
}
