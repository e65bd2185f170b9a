import { type RedisFacts, readRedisFacts } from '../../../adapters/redis-facts.ts'
import type { Config } from '../../config/config.ts'
import { systemClock } from '../../shared/clock.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { EXIT } from '../exit-codes.ts'
import { judgeClock } from './clock.ts'
import { reasonOf } from './reason.ts'
import type { Verdict } from './verdict.ts'

const check = 'redis'

export async function* checkRedis({ redisUrl }: Pick<Config, 'redisUrl'>): AsyncIterable<Verdict> {
  if (redisUrl === undefined) {
    yield { check, status: 'note', message: 'is not set: the database holds the short-lived state too' }
    return
  }
  try {
    const facts = await readRedisFacts(redisUrl)
    yield* judgeRedis(facts, systemClock.now() - facts.tookMs / 2)
  } catch (error) {
    yield { check, status: 'fail', ...reasonOf(error, EXIT.storeAway) }
  }
}

/** For who starts a server and does not ask `doctor`. */
export async function warnOfRedis(
  config: Pick<Config, 'redisUrl'>,
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  for await (const { status, message } of checkRedis(config))
    if (status === 'warn') log.warn({ component: check }, message)
}

const LEAST = { Redis: 7, Valkey: 8 } as const

export function judgeRedis(facts: RedisFacts, ours: number): Verdict[] {
  const { product, version, evictionPolicy, appendOnly, now, tookMs } = facts
  const old = Number.parseInt(version, 10) < LEAST[product]
  const about = `${product} ${version}, answers in ${Math.round(tookMs)} ms`
  const warn = (message: string): Verdict => ({ check, status: 'warn', message })
  return [
    old
      ? {
          check,
          status: 'fail',
          message: `${product} ${version} is too old: ${LEAST[product]} or newer is needed`,
        }
      : { check, status: 'ok', message: about },
    // Everything in it has an end, so the volatile policies take it as well: marks of used codes and tokens too.
    ...(evictionPolicy === 'noeviction'
      ? []
      : [
          warn(
            `maxmemory-policy is ${evictionPolicy}: it would forget sessions and used tokens; set noeviction`,
          ),
        ]),
    ...(appendOnly ? [] : [warn('appendonly is off: a restart signs everybody out and forgets revocations')]),
    ...judgeClock(check, now, ours),
  ]
}
