/**
 * Which receivers are spared for a while: one that hangs must not take all the room that there is for others. What one
 * process knows of them is enough, since one at a time delivers.
 */
import type { Clock } from '../shared/clock.ts'
import { backOff } from './back-off.ts'

export interface Receivers {
  /** How many requests to it may begin now. */
  room(receiver: string): number
  /** Gives the work's outcome, or undefined, without doing it, while the receiver is spared. */
  ask<T>(receiver: string, work: () => Promise<T>, isWell: (outcome: T) => boolean): Promise<T | undefined>
}

export interface ReceiversUse {
  clock: Clock
  random: () => number
  /** Requests under way to one receiver at the most. */
  atOnce: number
  /** How many failures running it takes to spare a receiver. */
  patience: number
}

interface Receiver {
  running: number
  failures: number
  sparedUntil: number
}

export function createReceivers({ clock, random, atOnce, patience }: ReceiversUse): Receivers {
  const known = new Map<string, Receiver>()
  const find = (name: string): Receiver => known.get(name) ?? { running: 0, failures: 0, sparedUntil: 0 }
  const roomOf = ({ running, failures, sparedUntil }: Receiver): number => {
    if (failures < patience) return Math.max(0, atOnce - running)
    // Now one finds out for all.
    return running === 0 && sparedUntil <= clock.now() ? 1 : 0
  }
  const note = (receiver: Receiver, well: boolean): void => {
    receiver.failures = well ? 0 : receiver.failures + 1
    const pauses = receiver.failures - patience + 1
    receiver.sparedUntil = pauses > 0 ? clock.now() + backOff(pauses, random) : 0
  }
  return {
    room: (name) => roomOf(find(name)),
    ask: async (name, work, isWell) => {
      const receiver = find(name)
      if (roomOf(receiver) === 0) return undefined
      known.set(name, receiver)
      receiver.running += 1
      let well = false
      try {
        const outcome = await work()
        well = isWell(outcome)
        return outcome
      } finally {
        receiver.running -= 1
        note(receiver, well)
        if (well && receiver.running === 0) known.delete(name)
      }
    },
  }
}
