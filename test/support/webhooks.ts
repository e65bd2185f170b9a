/** Webhooks of a house, as those who set them up and those who receive them see them. */
import { randomUUIDv7 } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { createEvent, type NewEvent, toStored } from '../../src/audit/event.ts'
import type { House, RunResult } from './house.ts'
import type { Call, Receiver } from './receiver.ts'
import { commandWithin, within } from './within.ts'

/** Private addresses are where receivers of tests are. */
export const WITH_RECEIVERS = { OUTBOUND_ALLOW_PRIVATE: 'true' }

export const webhookCommand = (house: House, ...args: string[]): Promise<RunResult> =>
  commandWithin(house, ['webhook', ...args])

/** Its secret. */
export async function createWebhook(
  house: House,
  url: string,
  name: string,
  events?: string,
): Promise<string> {
  const filter = events === undefined ? [] : ['--events', events]
  const { stdout } = await webhookCommand(house, 'create', url, '--name', name, ...filter, '--json')
  return (JSON.parse(stdout) as { secret: string }).secret
}

export interface ListedWebhook {
  name: string
  disabled: string | null
  failing_since: string | null
  last_failure: string | null
  waiting: number
  dead: number
}

export async function listedWebhook(house: House, name: string): Promise<ListedWebhook | undefined> {
  const { stdout } = await webhookCommand(house, 'list', '--json')
  return (JSON.parse(stdout) as ListedWebhook[]).find((webhook) => webhook.name === name)
}

export interface Payload {
  type: string
  timestamp: string
  version: number
  data: Record<string, unknown> & { id: string; details?: Record<string, unknown> }
}

/** As a library that we did not write takes it; throws where it refuses. */
export const verified = (secret: string, { headers, body }: Call): Payload =>
  new Webhook(secret).verify(body, headers as Record<string, string>) as Payload

export const payloadsAt = (receiver: Receiver, path: string): Payload[] =>
  receiver.calls(path).map(({ body }) => JSON.parse(body) as Payload)

/**
 * Something happens, and again, to whom each time is said: `client.updated`, its fields the number of the time. The trail
 * has events of one moment in the order of their ids.
 */
export const happen = (house: House, clients: readonly string[]): Promise<void> =>
  within(house, async ({ eventInbox, clock }) => {
    const ids = clients.map(() => randomUUIDv7()).toSorted()
    const events = clients.map((client, n) => {
      const event: NewEvent = { type: 'client.updated', client, details: { fields: [String(n)] } }
      return toStored({ ...createEvent({}, event, clock.now()), id: ids[n] ?? '' })
    })
    await eventInbox.takeIn(events)
  })

/** Which of the times, in the order in which they were told. */
export const timesOf = (payloads: readonly Payload[], client: string): string[] =>
  payloads
    .filter(({ type, data }) => type === 'client.updated' && data['client'] === client)
    .map(({ data }) => String(data.details?.['fields']))

/** The next worker need not wait for the end of a dead one's lease. */
export const forgetLease = (house: House): Promise<void> =>
  within(house, async ({ database }) => void (await database.pool.query('delete from worker_leases')))
