/** Webhooks that fail or were set aside, by name: whoever waits for their events waits in vain. */
import type { OpenDatabase } from '../../../adapters/database.ts'
import { createDeliveriesRepository, type Depth } from '../../events/webhooks/deliveries-repository.ts'
import type { Webhook } from '../../events/webhooks/webhook.ts'
import { createWebhooksRepository } from '../../events/webhooks/webhooks-repository.ts'
import { systemClock } from '../../shared/clock.ts'
import { ago } from './background.ts'
import type { Verdict } from './verdict.ts'

export async function* checkWebhooks({ db }: OpenDatabase): AsyncIterable<Verdict> {
  const webhooks = await createWebhooksRepository(db).list()
  yield* judgeWebhooks(webhooks, await createDeliveriesRepository(db).depths(), systemClock.now())
}

type Judged = Pick<Webhook, 'id' | 'name' | 'disabled' | 'failingSince' | 'lastFailure'>

/** Shorter than any receiver needs to be started anew. */
const LATE_MS = 5 * 60 * 1000

export function* judgeWebhooks(
  webhooks: readonly Judged[],
  depths: ReadonlyMap<string, Depth>,
  now: number,
): Iterable<Verdict> {
  const check = 'webhooks'
  if (webhooks.length === 0) return
  const told = webhooks.filter(({ disabled }) => disabled === undefined)
  yield { check, status: 'ok', message: `${webhooks.length} webhooks, ${told.length} enabled` }
  for (const { id, name, disabled, failingSince, lastFailure } of webhooks) {
    if (disabled !== undefined && disabled.reason !== 'operator') {
      const why = disabled.reason === 'gone' ? 'it answered that it is gone' : 'it failed for days'
      const message = `${name} is told nothing since ${ago(now - disabled.at)}: ${why}; gatehouse webhook enable ${name}`
      yield { check, status: 'warn', message }
    } else if (failingSince !== undefined && now - failingSince > LATE_MS)
      yield {
        check,
        status: 'warn',
        message: `${name} fails since ${ago(now - failingSince)}: ${lastFailure}`,
      }
    const dead = depths.get(id)?.dead ?? 0
    if (dead > 0)
      yield {
        check,
        status: 'warn',
        message: `${name} did not take ${dead === 1 ? '1 event' : `${dead} events`}: gatehouse webhook dead ${name}`,
      }
  }
}
