/**
 * From the trail to the rows that wait for each webhook, in one step with the positions: an event is taken once for each,
 * whoever is killed when. A webhook for which much waits is left where it is; the trail keeps the rest for it.
 */
import { CHAINS, type ChainName } from '../../audit/catalogue.ts'
import type { TrailRow } from '../../audit/trail-repository.ts'
import { type NextEvents, nextEvents, type Positions } from '../next-events.ts'
import type { DeliveriesRepository, NewDelivery, Place } from './deliveries-repository.ts'
import { takes } from './webhook.ts'

/** Of one webhook, at the most. */
export const MOST_WAITING = 10_000

const PAGE = 500

export interface FanOutUse {
  deliveries: Pick<DeliveriesRepository, 'moveOn'>
}

/** How many rows were added, and whether there is more that could be taken now. */
export const createFanOut =
  ({ deliveries }: FanOutUse) =>
  async (now: number): Promise<{ added: number; more: boolean }> => {
    let more = false
    const added = await deliveries.moveOn(async ({ places, trail, waitingFor }) => {
      const heads = await trail.heads()
      const groups = alike(places).filter(({ chains, from }) =>
        chains.some((chain) => from[chain] < heads[chain]),
      )
      const behind = groups.flatMap((group) => group.places.map(({ webhook }) => webhook))
      const waiting = behind.length > 0 ? await waitingFor(behind) : new Map<string, number>()
      const rows: NewDelivery[] = []
      const positions = new Map<string, Positions>()
      for (const { from, chains, places: together } of groups) {
        const withRoom = together.filter(({ webhook }) => (waiting.get(webhook) ?? 0) < MOST_WAITING)
        if (withRoom.length === 0) continue
        const next = await nextEvents(trail, from, heads, { chains, limit: PAGE })
        for (const place of withRoom) {
          const taken = take(place, next, MOST_WAITING - (waiting.get(place.webhook) ?? 0))
          rows.push(...taken.rows)
          positions.set(place.webhook, taken.to)
          more ||= taken.mayGoOn && chains.some((chain) => taken.to[chain] < heads[chain])
        }
      }
      return { rows, positions }
    }, now)
    return { added, more }
  }

interface Group {
  from: Positions
  chains: readonly ChainName[]
  places: Place[]
}

/** Most are at the same place: what is next is read once for all of them. */
function alike(places: readonly Place[]): Group[] {
  const groups = new Map<string, Group>()
  for (const place of places) {
    const { positions: from, events } = place
    const chains: readonly ChainName[] = takes(events, 'token.refreshed') ? CHAINS : ['main']
    const name = [from.main, from.refreshes, chains].join()
    const group = groups.get(name) ?? { from, chains, places: [] }
    group.places.push(place)
    groups.set(name, group)
  }
  return [...groups.values()]
}

function take({ webhook, events: filter, positions }: Place, next: NextEvents, room: number) {
  const rows: NewDelivery[] = []
  const to = { ...positions }
  for (const event of next.events) {
    if (takes(filter, event.type)) {
      if (rows.length >= room) return { rows, to, mayGoOn: false }
      rows.push({ webhook, orderedBy: orderOf(event), event })
    }
    to[event.chain] = event.sequence
  }
  return { rows, to: next.to, mayGoOn: true }
}

/** Of what is set up, where each change follows one before it. */
const SET_UP: readonly string[] = ['client', 'resource_server', 'first_party', 'webhook']

/** Whom an event is about. Of those about nobody many may come at once, and none waits for another: failed sign-ins, say. */
function orderOf({ subject, client, type, id }: TrailRow): string {
  if (subject !== undefined) return `user:${subject}`
  const [area = ''] = type.split('.')
  return SET_UP.includes(area) ? `${area}:${client ?? ''}` : `event:${id}`
}
