/**
 * Which receivers are spared for a while: one that hangs must not take all the room that there is for others. What one
 * process knows of them is enough, since one at a time delivers.
 */
import type { Clock } from '../../shared/clock.ts'
import { backOff } from '../back-off.ts'

export interface Receivers {
  /** Gives the work's outcome, or undefined, without doing it, while the receiver is spared. */
  ask<T>(receiver: string, work: () => Promise<T>, isWell: (outcome: T) => boolean): Promise<T | undefined>
}

interface Receiver {
  running: number
  failures: number
  sparedUntil: number
}

/** Half of the room (`outbox-jobs.ts`): the other half is always somebody else's. */
const AT_ONCE = 8

export function createReceivers({ clock, random }: { clock: Clock; random: () => number }): Receivers {
  const known = new Map<string, Receiver>()
  const mayBeAsked = ({ running, failures, sparedUntil }: Receiver): boolean =>
    // After a failure, one finds out for all.
    failures === 0 ? running < AT_ONCE : running === 0 && sparedUntil <= clock.now()
  return {
    ask: async (name, work, isWell) => {
      const receiver = known.get(name) ?? { running: 0, failures: 0, sparedUntil: 0 }
      if (!mayBeAsked(receiver)) return undefined
      known.set(name, receiver)
      receiver.running += 1
      let well = false
      try {
        const outcome = await work()
        well = isWell(outcome)
        return outcome
      } finally {
        receiver.running -= 1
        receiver.failures = well ? 0 : receiver.failures + 1
        receiver.sparedUntil = well ? 0 : clock.now() + backOff(receiver.failures, random)
        if (well && receiver.running === 0) known.delete(name)
      }
    },
  }
}
