/**
 * Events told to ten webhooks by one worker, one of which is dead: how many a second at most, and how long it takes from
 * an event to its receivers when a thousand a second are to be told.
 */
import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createEvent, type NewEvent, toStored } from '../src/audit/event.ts'
import { openHouseOn } from '../test/support/house.ts'
import { createWebhook, WITH_RECEIVERS } from '../test/support/webhooks.ts'
import { type Core, within } from '../test/support/within.ts'
import { cpuOf } from './load.ts'
import { print, quantile } from './set-up.ts'

const LIVING = 9
const PEOPLE = 1000
const AT_ONCE = 3000
const [PER_SECOND, SECONDS] = [1000, 10]

interface Counted {
  delays: number[]
  last: number
}

export async function webhooks(postgresUrl: string, redisUrl: string): Promise<void> {
  const house = await openHouseOn({ databaseUrl: postgresUrl, redisUrl }, { nodes: 0, env: WITH_RECEIVERS })
  const counted: Counted = { delays: [], last: 0 }
  const servers = await Promise.all(
    Array.from({ length: LIVING + 1 }, (_, n) => listen(counted, n === LIVING)),
  )
  try {
    for (const [n, server] of servers.entries())
      await createWebhook(
        house,
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        `w${n}`,
        'user.*',
      )
    const worker = await house.start(0, {}, ['--role=worker'])
    const pid = worker.process.pid ?? 0
    await within(house, async (core) => {
      await happen(core, PEOPLE)
      await untilTold(counted, PEOPLE * LIVING)

      counted.delays.length = 0
      const [began, cpu] = [Date.now(), cpuOf(pid)]
      for (let n = 0; n < AT_ONCE; n += 500) await happen(core, 500)
      await untilTold(counted, AT_ONCE * LIVING)
      const seconds = (counted.last - began) / 1000
      const each = (cpuOf(pid) - cpu) / (AT_ONCE * LIVING)
      print(
        `webhooks: ${Math.round((AT_ONCE * LIVING) / seconds)} a second to ${LIVING} receivers and a dead one, ${each.toFixed(2)} CPU-ms each`,
      )

      counted.delays.length = 0
      const events = Math.round(PER_SECOND / LIVING / 10)
      const from = cpuOf(pid)
      for (let tenth = 0; tenth < SECONDS * 10; tenth++) {
        const next = delay(100)
        await happen(core, events)
        await next
      }
      await untilTold(counted, events * SECONDS * 10 * LIVING)
      const [half, most] = [quantile(counted.delays, 0.5), quantile(counted.delays, 0.99)]
      const share = (cpuOf(pid) - from) / (SECONDS * 10)
      print(
        `  at ${events * 10 * LIVING} a second told after ${half} ms (half of them) and ${most} ms (99 of 100), with ${Math.round(share)} % of a core`,
      )
    })
  } finally {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await house.stop()
  }
}

/** The dead one takes connections, and answers nobody. */
async function listen(counted: Counted, dead: boolean): Promise<Server> {
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const part of req) body += String(part)
    if (dead) return
    counted.last = Date.now()
    counted.delays.push(counted.last - Date.parse((JSON.parse(body) as { timestamp: string }).timestamp))
    res.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function happen({ eventInbox, clock }: Core, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => {
    const subject = `person-${n % PEOPLE}`
    const event: NewEvent = { type: 'user.updated', subject, details: { fields: ['name'] } }
    return toStored({ ...createEvent({}, event, clock.now()), id: randomUUIDv7() })
  })
  return eventInbox.takeIn(events)
}

async function untilTold({ delays }: Counted, count: number): Promise<void> {
  while (delays.length < count) await delay(20)
}
