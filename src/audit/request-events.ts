import type { IncomingMessage } from 'node:http'
import type { StoredEvent } from '../../adapters/contract.ts'
import type { Clock } from '../shared/clock.ts'
import type { RequestContexts } from '../telemetry/request-context.ts'
import { createEvent, type NewEvent, type Origin, toStored } from './event.ts'

/** An event of a request, ready for a store. Without a request nobody asked: it is the house itself. */
export type Tell = (ctx: { req: IncomingMessage } | undefined, event: NewEvent) => StoredEvent

/** Where a request comes from, for the events of what it changes. */
export const createOriginOf =
  (requests: RequestContexts, countryOf: (address: string) => string | undefined) =>
  ({ req }: { req: IncomingMessage }): Origin => {
    const { id, ip } = requests.of(req)
    return { ip, country: countryOf(ip), requestId: id, userAgent: req.headers['user-agent'] }
  }

export const createTell =
  (originOf: (ctx: { req: IncomingMessage }) => Origin, clock: Clock): Tell =>
  (ctx, event) =>
    toStored(createEvent(ctx === undefined ? {} : originOf(ctx), event, clock.now()))
