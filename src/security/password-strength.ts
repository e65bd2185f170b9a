/**
 * How many guesses a password takes whoever knows what people choose (zxcvbn), in a thread of its own. A password is
 * estimated by its first and its last 48 characters, so that none of a thousand takes longer than one of fifty.
 */
import { createBoundedQueue } from './bounded-queue.ts'
import { createWorkerPool } from './worker-pool.ts'

export interface EstimateTask {
  password: string
  /** What is known of the person, in small letters. */
  own: readonly string[]
  /** What belongs to this service, in small letters. */
  house: readonly string[]
}

export interface Estimate {
  /** 0 to 4: fewer than a thousand guesses, a million, a hundred million, ten thousand million, more. */
  score: 0 | 1 | 2 | 3 | 4
  guessesLog10: number
  /** Whose words it is made of, in part. */
  uses: 'own' | 'house' | undefined
}

export interface PasswordStrength {
  /** Rejects as `busy` when too many ask. */
  estimate(task: EstimateTask): Promise<Estimate>
  /** The operator's own words, those before them no more. */
  listWords(words: readonly string[]): void
  close(): Promise<void>
}

export function createPasswordStrength(): PasswordStrength {
  let listed: readonly string[] = []
  const pool = createWorkerPool<EstimateTask, Estimate>({
    file: new URL('./password-strength-worker.ts', import.meta.url),
    data: () => listed,
  })
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 50, maxWaitMs: 5000 })
  return {
    estimate: (task) => inTurn(() => pool.run(task)),
    listWords: (words) => {
      listed = words
      pool.renew()
    },
    close: pool.close,
  }
}
