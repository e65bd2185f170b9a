import { type DeliverUse, deliver } from '../events/deliver.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { Job } from './job.ts'

/** Longer than any delivery takes: only of a node that died does another take over a message. */
const CLAIM_MS = 90_000
const AT_ONCE = 5

export function createOutboxDelivery(use: DeliverUse): Job {
  const { outbox, handlers, clock, log } = use
  const kinds = [...handlers.keys()]
  return {
    name: 'outbox',
    everyMs: 1000,
    run: async (now, lease) => {
      for (const { kind } of await outbox.dropExpired(now))
        log.warn({ purpose: kind }, 'a message that had expired was dropped')
      let count = 0
      for (let taken = AT_ONCE; kinds.length > 0 && taken === AT_ONCE; count += taken) {
        await lease.stillHeld()
        const messages = await outbox.take({ kinds, now: clock.now(), claimMs: CLAIM_MS, limit: AT_ONCE })
        await allEnd(messages.map((message) => deliver(use, message, lease.stillHeld)))
        taken = messages.length
      }
      return count
    },
  }
}

/** Rejects as `Promise.all` does, but not before the last has ended: a stop waits for them. */
async function allEnd(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(promises)
  await Promise.all(promises)
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
