/** Nodes take in changed data keys while they run: at a notice, and, should one be lost, every two seconds. */
import { StoreAway } from '../shared/app-error.ts'
import type { LiveDataKeys } from './data-keys.ts'

export const DATA_KEYS_TOPIC = 'data_keys'

const EVERY = 2_000

export interface FreshDataKeys {
  /** Rejects with what the last attempt failed for. */
  check(): Promise<void>
  stop(): void
}

export interface KeepFreshUse {
  keys: Pick<LiveDataKeys, 'reread'>
  notices: { subscribe(topic: string, listener: (key: string) => void): void }
  /** Once for every run of failures. That the database is away is told by those who need it more. */
  onError: (error: unknown) => void
}

export function keepFresh({ keys, notices, onError }: KeepFreshUse): FreshDataKeys {
  let failure: { error: unknown } | undefined
  const reread = async (): Promise<void> => {
    try {
      await keys.reread()
      failure = undefined
    } catch (error) {
      if (error instanceof StoreAway) return
      if (failure === undefined) onError(error)
      failure = { error }
    }
  }
  let running = false
  const timer = setInterval(async () => {
    if (running) return
    running = true
    await reread()
    running = false
  }, EVERY).unref()
  notices.subscribe(DATA_KEYS_TOPIC, () => void reread())
  return {
    check: async () => {
      if (failure !== undefined) throw failure.error
    },
    stop: () => clearInterval(timer),
  }
}
