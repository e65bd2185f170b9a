import { setTimeout as delay } from 'node:timers/promises'
import { type DeliverUse, deliver } from '../events/deliver.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { Job } from './job.ts'

/** Longer than any delivery takes: only of a node that died does another take over a message. */
const CLAIM_MS = 90_000
/** How long nobody looks for what has become due while all that was taken is still under way. */
const LOOK_AGAIN_MS = 1000

export interface OutboxDeliveryUse extends DeliverUse {
  name: string
  /** Messages under way at the most: what takes long holds up what comes after it only when it has taken all the room. */
  atOnce: number
}

export function createOutboxDelivery(use: OutboxDeliveryUse): Job {
  const { name, atOnce, outbox, handlers, clock, log } = use
  const kinds = [...handlers.keys()]
  return {
    name,
    everyMs: 1000,
    run: async (now, lease) => {
      for (const { kind } of await outbox.dropExpired(now))
        log.warn({ purpose: kind }, 'a message that had expired was dropped')
      if (kinds.length === 0) return 0
      const underWay = createUnderWay()
      let count = 0
      let taken = 0
      try {
        do {
          underWay.check()
          await lease.stillHeld()
          const limit = atOnce - underWay.size()
          const messages = await outbox.take({ kinds, now: clock.now(), claimMs: CLAIM_MS, limit })
          for (const message of messages) underWay.add(deliver(use, message, lease.stillHeld))
          taken = messages.length
          count += taken
          await underWay.oneEnds()
        } while (taken > 0 || underWay.size() > 0)
      } finally {
        // A stop waits for them.
        await underWay.allEnd()
      }
      underWay.check()
      return count
    },
  }
}

function createUnderWay() {
  const running = new Set<Promise<void>>()
  let lost: { error: unknown } | undefined
  return {
    size: () => running.size,
    add: (work: Promise<void>): void => {
      const ended = work
        .catch((error: unknown) => {
          lost ??= { error }
        })
        .finally(() => running.delete(ended))
      running.add(ended)
    },
    /** Throws what one of them was rejected with. */
    check: (): void => {
      if (lost !== undefined) throw lost.error
    },
    /** Waits for one of them to end, but not for long. */
    oneEnds: async (): Promise<void> => {
      if (running.size > 0) await Promise.race([...running, delay(LOOK_AGAIN_MS, undefined, { ref: false })])
    },
    allEnd: async (): Promise<void> => void (await Promise.all(running)),
  }
}

const DAY = 24 * 60 * 60 * 1000
const BATCH = 500

/** Delivered messages are known for a day, those that were set aside for a month: somebody may want to look. */
export const createOutboxSweep = ({ outbox }: { outbox: OutboxRepository }): Job => ({
  name: 'outbox-sweep',
  everyMs: 60 * 60 * 1000,
  run: async (now) => {
    let removed = 0
    for (let batch = BATCH; batch === BATCH; removed += batch)
      batch = await outbox.forget({ done: now - DAY, dead: now - 30 * DAY }, BATCH)
    return removed
  },
})
