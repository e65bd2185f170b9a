import type { EventStream, StreamEntry } from '../../adapters/event-stream.ts'
import type { TrailRepository, TrailRow } from '../audit/trail-repository.ts'
import type { EventStreamsRepository } from '../events/event-streams-repository.ts'
import { nextEvents, type Positions } from '../events/next-events.ts'
import { payloadOf, Untellable } from '../events/payload.ts'
import { EVERYTHING, takes } from '../events/webhooks/webhook.ts'
import type { LogEvent } from '../telemetry/logger.ts'
import { type Job, LeaseLost } from './job.ts'

export interface EventStreamUse {
  stream: Pick<EventStream, 'position' | 'append'>
  /** Its key in Redis. */
  name: string
  positions: EventStreamsRepository
  trail: Pick<TrailRepository, 'page' | 'heads'>
  log: Readonly<Record<'error', (event: LogEvent, msg: string) => void>>
}

const PAGE = 500

/** Appends what was chained to a stream in Redis, all but refreshes; a new one begins with what happens next. */
export const eventStreamJob = (use: EventStreamUse): Job => ({
  name: 'event-stream',
  everyMs: 1000,
  run: async (_now, lease, ending) => {
    const { stream, name, positions, trail } = use
    let written = await stream.position()
    const heads = await trail.heads()
    let from = earlier(read(written), await positions.find(name))
    if (from === undefined) {
      from = heads
      await positions.save(name, from)
    }
    let count = 0
    while (!ending?.aborted) {
      const { events, to } = await nextEvents(trail, from, heads, { chains: ['main'], limit: PAGE })
      if (events.length === 0) break
      await lease.stillHeld()
      // Somebody else appends: whoever has the lease goes on where they are.
      if (!(await stream.append(toEntries(use, events), written, write(to)))) throw new LeaseLost()
      await positions.save(name, to)
      ;[from, written] = [to, write(to)]
      count += events.length
    }
    return count
  },
})

const write = ({ main, refreshes }: Positions): string => `${main} ${refreshes}`

/** Either store may have been put back to what it was: who is behind is told again. */
const earlier = (a: Positions | undefined, b: Positions | undefined): Positions | undefined =>
  a !== undefined && b !== undefined && b.main < a.main ? b : (a ?? b)

/** Others may write there: what is no position is as none. */
function read(text = ''): Positions | undefined {
  const [, main, refreshes] = /^(\d{1,15}) (\d{1,15})$/.exec(text) ?? []
  return main === undefined ? undefined : { main: Number(main), refreshes: Number(refreshes) }
}

const toEntries = ({ log }: EventStreamUse, events: readonly TrailRow[]): StreamEntry[] =>
  events
    .filter(({ type }) => takes([EVERYTHING], type))
    .flatMap((event) => {
      try {
        return [{ id: event.id, type: event.type, payload: payloadOf(event) }]
      } catch (error) {
        if (!(error instanceof Untellable)) throw error
        log.error({ event: event.type, reason: error.message }, 'an event was left out of the stream')
        return []
      }
    })
