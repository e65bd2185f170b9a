/**
 * Tells webhooks what has happened, as fast as each of them takes it: several events at once, of which no two are about
 * the same subject. What was told is taken off in batches; whoever is killed in between tells some of it twice.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Receivers } from '../events/receivers.ts'
import type { DeliveriesRepository, Delivery } from '../events/webhooks/deliveries-repository.ts'
import type { createFanOut } from '../events/webhooks/fan-out.ts'
import { createResults, type ResultsUse } from '../events/webhooks/results.ts'
import type { createTellWebhook } from '../events/webhooks/tell-webhook.ts'
import type { Webhook } from '../events/webhooks/webhook.ts'
import type { WebhooksRepository } from '../events/webhooks/webhooks-repository.ts'
import type { Job, Lease } from './job.ts'

export interface WebhooksUse extends ResultsUse {
  webhooks: Pick<WebhooksRepository, 'list' | 'disable'>
  deliveries: Pick<DeliveriesRepository, 'due' | 'settle'>
  fanOut: ReturnType<typeof createFanOut>
  tell: ReturnType<typeof createTellWebhook>
  receivers: Pick<Receivers, 'room'>
}

/** Between two looks at the database while something is under way. */
const ROUND_MS = 20
/** How long a look at who has set up what holds. */
const LIST_MS = 1000
/** How often the trail is looked at. */
const TRAIL_MS = 200

export const webhooksJob = (use: WebhooksUse): Job => ({
  name: 'webhooks',
  everyMs: 1000,
  run: async (_now, lease, ending) => {
    const rounds = createRounds(use, lease, ending)
    try {
      while (await rounds.next()) await rounds.pause()
    } finally {
      // A stop waits for them.
      await rounds.end()
    }
    return rounds.told()
  },
})

function createRounds(use: WebhooksUse, lease: Lease, ending?: AbortSignal) {
  const { deliveries, clock } = use
  const stillHeld = atMostEvery(LIST_MS / 2, lease.stillHeld)
  const list = atMostEvery(LIST_MS, async () => new Map((await use.webhooks.list()).map((w) => [w.id, w])))
  let lookedAt = Number.NEGATIVE_INFINITY
  const underWay = new Set<Promise<void>>()
  /** Begun, and not written down yet: the database would have them told again. */
  const begun = new Set<Delivery>()
  const results = createResults(use)
  let told = 0

  const begin = (webhook: Webhook, delivery: Delivery): void => {
    const work = use.tell(webhook, delivery).then((outcome) => {
      results.add(webhook, delivery, outcome)
      underWay.delete(work)
    })
    underWay.add(work)
    begun.add(delivery)
    told += 1
  }
  const settle = async (): Promise<void> => {
    for (const delivery of await results.settle()) begun.delete(delivery)
  }
  const fanOut = async (): Promise<void> => {
    if (performance.now() - lookedAt < TRAIL_MS) return
    const { more } = await use.fanOut(clock.now())
    // What is left of it does not wait, and nobody waits for it.
    if (!more) lookedAt = performance.now()
  }
  return {
    told: () => told,
    /** Whether there is anything left to come. */
    next: async (): Promise<boolean> => {
      await settle()
      await stillHeld()
      if (ending?.aborted) return false
      const webhooks = await list()
      const open = [...webhooks.values()].filter(({ disabled }) => disabled === undefined)
      if (open.length === 0) return begun.size > 0
      await fanOut()
      const rooms = new Map(
        open.flatMap(({ id }) => (use.receivers.room(id) > 0 ? [[id, use.receivers.room(id)]] : [])),
      )
      if (rooms.size === 0) return begun.size > 0
      const due = await deliveries.due(rooms, [...begun], clock.now())
      await stillHeld()
      for (const delivery of due) {
        const webhook = webhooks.get(delivery.webhook)
        if (webhook !== undefined) begin(webhook, delivery)
      }
      return begun.size > 0
    },
    /** Until something has ended, but not for long: somebody else may be waiting to be told. */
    pause: async (): Promise<void> => {
      await Promise.race([...underWay, delay(TRAIL_MS, undefined, { ref: false })])
      await delay(ROUND_MS)
    },
    end: async (): Promise<void> => {
      await Promise.all(underWay)
      await settle()
    },
  }
}

/** What was answered shortly before is the answer; a process that was frozen meanwhile asks again. */
function atMostEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: T } | undefined
  return async () => {
    if (last === undefined || performance.now() - last.at >= ms) {
      const at = performance.now()
      last = { at, answer: await ask() }
    }
    return last.answer
  }
}
