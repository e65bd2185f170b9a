/**
 * One message and what becomes of it. A message that can't be delivered for its own sake is set aside after a few tries,
 * so that the rest flows; what is only delayed by others is tried for days.
 */
import { StoreAway } from '../shared/app-error.ts'
import type { Clock } from '../shared/clock.ts'
import type { LogEvent } from '../telemetry/logger.ts'
import type { DeliveryResult } from '../telemetry/metric-labels.ts'
import { backOff } from './back-off.ts'
import type { Handler, Message, Outcome } from './outbox-message.ts'
import type { OutboxRepository } from './outbox-repository.ts'

export interface DeliverUse {
  outbox: OutboxRepository
  /** By kind. What has none stays where it is: another version, or another set-up, may know it. */
  handlers: ReadonlyMap<string, Handler>
  clock: Clock
  random: () => number
  log: Readonly<Record<'info' | 'warn' | 'error', (event: LogEvent, msg: string) => void>>
  count: (kind: string, result: DeliveryResult) => void
}

/** So many failures of its own, or crashes of the process at it, and a message is set aside. */
const STRIKES = 5
/** Two unclear ends are too many: a message may come twice, and no more. */
const UNCLEAR = 3
const GIVE_UP_AFTER = 3 * 24 * 60 * 60 * 1000

/** Rejects when the node no longer leads, or the outbox can't be written. */
export async function deliver(
  use: DeliverUse,
  message: Message,
  stillHeld: () => Promise<void>,
): Promise<void> {
  const outcome = await attempt(use, message, stillHeld)
  const { outbox, log, clock } = use
  use.count(message.kind, outcome.status)
  const about: LogEvent = { purpose: message.kind, attempt: message.attempts }
  switch (outcome.status) {
    case 'done':
      await outbox.done(message, clock.now())
      return log.info(about, 'a message was delivered')
    case 'dropped':
      await outbox.drop(message)
      return log.info({ ...about, reason: outcome.reason }, 'a message was dropped')
    case 'refused':
      return setAside(use, message, outcome.reason)
    case 'failed':
      return retry(use, message, message.strikes, outcome.reason)
    case 'unclear':
      return retry(use, message, message.strikes - 1 + UNCLEAR, outcome.reason)
    case 'later':
      return retry(use, message, message.strikes - 1, outcome.reason)
  }
}

/** Taking the message has counted as a strike already, in case that the process does not live to tell. */
async function attempt(
  { handlers, log }: DeliverUse,
  message: Message,
  stillHeld: () => Promise<void>,
): Promise<Outcome | { status: 'failed'; reason: string }> {
  let lost: { error: unknown } | undefined
  try {
    const handle = handlers.get(message.kind)
    if (handle === undefined) throw new Error(`nobody delivers ${message.kind}`)
    return await handle(message, () =>
      stillHeld().catch((error: unknown) => {
        lost = { error }
        throw error
      }),
    )
  } catch (error) {
    if (lost !== undefined) throw lost.error
    if (error instanceof StoreAway) return { status: 'later', reason: 'a store is away' }
    log.error(
      { purpose: message.kind, attempt: message.attempts, error },
      'a message could not be made ready',
    )
    return { status: 'failed', reason: error instanceof Error ? error.name : 'unknown' }
  }
}

async function retry(use: DeliverUse, message: Message, strikes: number, reason: string): Promise<void> {
  const now = use.clock.now()
  if (strikes >= STRIKES || now - message.createdAt > GIVE_UP_AFTER) return setAside(use, message, reason)
  const pause = backOff(message.attempts, use.random)
  await use.outbox.retry(message, { at: now + pause, strikes, reason })
  use.log.warn(
    { purpose: message.kind, attempt: message.attempts, reason, retryInMs: pause },
    'a message was not delivered; it is tried again',
  )
}

async function setAside({ outbox, log, clock }: DeliverUse, message: Message, reason: string): Promise<void> {
  await outbox.setAside(message, { now: clock.now(), reason })
  log.error({ purpose: message.kind, attempt: message.attempts, reason }, 'a message was set aside')
}
