/** What webhooks are told arrives, whatever their receivers do and whoever is killed in between. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, expect, it } from 'vitest'
import { metric, onDatabase } from '../security/probes.ts'
import { type House, openHouse } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { type Call, type Mood, startReceiver } from '../support/receiver.ts'
import {
  createWebhook,
  forgetLease,
  happen,
  listedWebhook,
  payloadsAt,
  timesOf,
  verified,
  WITH_RECEIVERS,
  webhookCommand,
} from '../support/webhooks.ts'
import { commandWithin } from '../support/within.ts'

const receiver = await startReceiver()
afterAll(() => receiver.close())

const LATER = { timeout: 30_000, interval: 100 }
const FILTER = 'client.updated'

const told = (path: string, client: string): string[] => timesOf(payloadsAt(receiver, path), client)
const clientOf = ({ body }: Call): unknown => (JSON.parse(body) as { data: { client?: string } }).data.client
/** Each client so often, by turns. */
const rounds = (clients: readonly string[], times: number): string[] =>
  Array.from({ length: times }, () => clients).flat()
const everyNth = (of: readonly string[], client: string): string[] =>
  of.flatMap((name, n) => (name === client ? [String(n)] : []))

withHouse({ storage: 'redis', nodes: 1, env: WITH_RECEIVERS }, (house) => {
  const metricOf = (series: string) => metric(house(), series)
  const endpoint = (name: string, mood?: (call: Call) => Mood): Promise<string> => {
    if (mood !== undefined) receiver.always(`/${name}`, mood)
    return createWebhook(house(), receiver.url(`/${name}`), name, FILTER)
  }
  const expireTries = (name: string) =>
    onDatabase(
      house(),
      `update webhook_deliveries d set attempts = 10, next_attempt_at = now() from webhooks w
       where w.id = d.webhook and w.name = $1 and d.attempts > 0 and d.dead_at is null`,
      [name],
    )

  it('F-162 A-814 each receiver has its own troubles, and the others are told at once and in order', async () => {
    const wrong = new SMTPServer({ secure: true, logger: false })
    wrong.on('error', () => {})
    wrong.listen(0, '127.0.0.1')
    await once(wrong.server, 'listening')
    const { port } = wrong.server.address() as AddressInfo
    const secret = await endpoint('well')
    await endpoint('hanging', () => 'hang')
    await endpoint('sick', () => 500)
    await endpoint('moved', () => ({ location: receiver.url('/trap') }))
    await endpoint('gone', () => 410)
    await endpoint('dripping', () => 'drip')
    await endpoint('flooding', () => 'flood')
    await endpoint('heady', () => 'heads')
    await createWebhook(house(), `https://127.0.0.1:${port}/`, 'untrusted', FILTER)

    const happened = rounds(['a', 'b', 'c'], 40)
    await happen(house(), happened)
    const began = performance.now()
    for (const client of ['a', 'b', 'c'])
      await expect.poll(() => told('/well', client), LATER).toEqual(everyNth(happened, client))
    expect(performance.now() - began).toBeLessThan(15_000)
    for (const call of receiver.calls('/well')) verified(secret, call)
    // Their answer is taken when its head has come, whatever follows that.
    await expect.poll(() => told('/dripping', 'c'), LATER).toContain(everyNth(happened, 'c')[3])
    await expect.poll(() => told('/flooding', 'c'), LATER).toEqual(everyNth(happened, 'c'))

    const stateOf = async (name: string) => (await listedWebhook(house(), name))?.last_failure
    await expect.poll(() => stateOf('hanging'), LATER).toBe('timeout')
    await expect.poll(() => stateOf('sick'), LATER).toBe('answered 500')
    await expect.poll(() => stateOf('moved'), LATER).toBe('redirect')
    await expect.poll(() => stateOf('untrusted'), LATER).toBe('untrusted')
    await expect.poll(() => stateOf('heady'), LATER).toBe('unreachable')
    expect(receiver.calls('/trap')).toEqual([])
    await expect.poll(async () => (await listedWebhook(house(), 'gone'))?.disabled, LATER).toBe('gone')
    const trail = await commandWithin(house(), ['audit', 'find', '--json', '--type', 'webhook.disabled'])
    expect(trail.stdout).toContain('"reason":"gone"')
    expect(await metricOf('auth_webhooks_set_aside')).toBe(1)
    // One who fails is asked less and less: all that waits waits for one that finds out.
    expect(receiver.calls('/sick').length).toBeLessThan(30)
    wrong.close()
  }, 90_000)

  it('F-162 what one does not take holds back only what comes after it, about the same', async () => {
    let refused = true
    await endpoint('picky', (call) => (clientOf(call) === 'a' && refused ? 422 : 200))
    const happened = rounds(['a', 'b'], 5)
    await happen(house(), happened)
    await expect.poll(() => told('/picky', 'b'), LATER).toEqual(everyNth(happened, 'b'))
    await expect.poll(() => new Set(told('/picky', 'a')), LATER).toEqual(new Set(['0']))
    await expect.poll(() => listedWebhook(house(), 'picky'), LATER).toMatchObject({ waiting: 5, dead: 0 })

    // The last try of a day.
    await expireTries('picky')
    await expect.poll(async () => (await listedWebhook(house(), 'picky'))?.dead, LATER).toBe(1)
    const { stdout } = await webhookCommand(house(), 'dead', 'picky', '--json')
    const [letter] = JSON.parse(stdout) as { id: string }[]
    expect(letter).toMatchObject({ webhook: 'picky', type: FILTER, attempts: 11, reason: 'answered 422' })
    await expect.poll(() => metricOf('auth_webhook_events{state="dead"}'), LATER).toBe(1)
    await expect.poll(() => told('/picky', 'a').at(-1), LATER).toBe('2')

    refused = false
    const replayed = await webhookCommand(house(), 'replay', 'picky', '--id', letter?.id ?? '')
    expect(replayed.stderr).toContain('1 event is tried again.')
    await webhookCommand(house(), 'replay', 'picky', '--all')
    const distinct = () => [...new Set(told('/picky', 'a').slice().reverse())].reverse()
    await expect.poll(distinct, LATER).toEqual(everyNth(happened, 'a'))
    await expect.poll(() => listedWebhook(house(), 'picky'), LATER).toMatchObject({ waiting: 0, dead: 0 })
    const ids = receiver.calls('/picky').filter((call) => clientOf(call) === 'a')
    expect(new Set(ids.map(({ headers }) => headers['webhook-id'])).size).toBe(5)
  }, 60_000)

  it('F-162 one at which everything fails for days is set aside, and goes on where it was', async () => {
    await endpoint('away', () => 503)
    await happen(house(), ['a', 'b'])
    const listed = () => listedWebhook(house(), 'away')
    await expect.poll(async () => (await listed())?.failing_since, LATER).toEqual(expect.any(String))
    const database = (statement: string) => onDatabase(house(), statement)
    await database(`update webhooks set failing_since = now() - interval '3 days' where name = 'away'`)
    await webhookCommand(house(), 'replay', 'away', '--all')
    await expect.poll(async () => (await listed())?.disabled, LATER).toBe('failing')
    await happen(house(), ['a', 'b', 'c'])
    receiver.always('/away', () => 200)
    const seen = receiver.calls('/away').length
    await expect.poll(() => told('/well', 'c').at(-1), LATER).toBe('2')
    expect([receiver.calls('/away').length, (await listed())?.waiting]).toEqual([seen, 2])
    await webhookCommand(house(), 'enable', 'away')
    await expect.poll(() => told('/away', 'c'), LATER).toEqual(['2'])
    await expect.poll(() => told('/away', 'a').slice(-2), LATER).toEqual(['0', '0'])

    await webhookCommand(house(), 'disable', 'away')
    await happen(house(), ['d'])
    await expect.poll(() => told('/well', 'd').length, LATER).toBe(1)
    await webhookCommand(house(), 'enable', 'away', '--from-now')
    await happen(house(), ['e'])
    await expect.poll(() => told('/away', 'e').length, LATER).toBe(1)
    expect(told('/away', 'd')).toEqual([])
  }, 60_000)

  it('F-163 what can’t be told is set aside, and what comes after it is told', async () => {
    await endpoint('later', () => 500)
    await happen(house(), ['q'])
    await expect.poll(() => told('/later', 'q').length, LATER).toBeGreaterThan(0)
    // The trail refuses every change; whoever holds the database can make one all the same.
    await onDatabase(house(), 'alter table audit_events disable trigger audit_events_stay')
    await onDatabase(
      house(),
      `update audit_events set record = repeat('x', 10000000)
       where id in (select event_id from webhook_deliveries where ordered_by = 'client:q')`,
    )
    receiver.always('/later', () => 200)
    await webhookCommand(house(), 'replay', 'later', '--all')
    await expect.poll(async () => (await listedWebhook(house(), 'later'))?.dead, LATER).toBe(1)
    const { stdout } = await webhookCommand(house(), 'dead', 'later')
    expect(stdout).toMatch(/later +[\da-f-]{36} +client\.updated .* not readable$/m)
    await happen(house(), ['x', 'q'])
    await expect.poll(() => told('/later', 'q').at(-1), LATER).toBe('1')
    const dead = () => metricOf('auth_webhook_deliveries_total{result="dead"}')
    await expect.poll(dead, LATER).toBeGreaterThanOrEqual(2)
  }, 60_000)
})

it.each(['embedded', 'redis'] as const)(
  'F-162 F-149 on %s, a worker that is killed in the middle loses nothing, and mixes up nothing',
  async (storage) => {
    const house: House = await openHouse({ storage, nodes: 1, env: WITH_RECEIVERS })
    const path = `/killed-${storage}`
    try {
      const secret = await createWebhook(house, receiver.url(path), 'killed', FILTER)
      const clients = ['a', 'b', 'c', 'd', 'e', 'f']
      const happened = rounds(clients, 60)
      let count = 0
      const [node] = house.nodes
      receiver.always(path, () => {
        count += 1
        if (count === 100) node?.process.kill('SIGKILL')
        return 200
      })
      await happen(house, happened)
      await expect.poll(() => node?.process.signalCode, LATER).toBe('SIGKILL')
      expect(count).toBeLessThan(happened.length)
      await forgetLease(house)
      await house.start()
      for (const client of clients) {
        const distinct = () => [...new Set(told(path, client))]
        await expect.poll(distinct, LATER).toEqual(everyNth(happened, client))
      }
      for (const call of receiver.calls(path)) verified(secret, call)
      // What was under way when it was killed, and no more.
      expect(receiver.calls(path).length - happened.length).toBeLessThanOrEqual(2 * clients.length)
      await expect.poll(() => listedWebhook(house, 'killed'), LATER).toMatchObject({ waiting: 0, dead: 0 })
    } finally {
      await house.stop()
    }
  },
  90_000,
)
