/** Where short-lived state is kept: in Redis, or, without one, in the same database. */
import { setTimeout as delay } from 'node:timers/promises'
import type { StateStore } from '../adapters/contract.ts'
import type { OpenDatabase } from '../adapters/database.ts'
import { createPostgresState } from '../adapters/postgres.ts'
import { openRedisState } from '../adapters/redis.ts'
import type { Config } from './config/config.ts'
import { StoreAway } from './shared/app-error.ts'
import type { Logger } from './telemetry/logger.ts'

export interface StateUse {
  config: Pick<Config, 'redisUrl'>
  database: Pick<OpenDatabase, 'pool'>
  log: Pick<Logger, 'warn'>
}

export function openState({ config, database, log }: StateUse): StateStore {
  if (config.redisUrl === undefined) return createPostgresState(database.pool)
  return openRedisState({
    url: config.redisUrl,
    onError: (error) => log.warn({ component: 'redis', error }, 'the connection to Redis was lost'),
  })
}

const PATIENCE_MS = 2000
const PAUSE_MS = 20

/** Redis connects in the background: a command, which has one try, waits for it a moment. Else rejects with `StoreAway`. */
export async function whenReachable(state: Pick<StateStore, 'ping'>): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  for (;;) {
    try {
      return await state.ping()
    } catch (error) {
      if (!(error instanceof StoreAway) || patience.aborted) throw error
      await delay(PAUSE_MS)
    }
  }
}
