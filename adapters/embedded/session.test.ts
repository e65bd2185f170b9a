import { type Duplex, duplexPair } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { query, sync } from './messages.ts'
import { type Backend, serveSession } from './session.ts'
import { createTurns } from './turns.ts'

/** What has reached the backend, as the text of each request. */
let ran: string[]
let inTransaction: boolean
let backend: Backend
let turns: ReturnType<typeof createTurns>
let count: number

beforeEach(() => {
  ran = []
  inTransaction = false
  count = 0
  turns = createTurns()
  backend = {
    version: '18',
    inTransaction: () => inTransaction,
    async run(request) {
      const text = request
        .toString('latin1')
        .replace(/[^ -~]+/g, ' ')
        .trim()
      ran.push(text)
      if (text.includes('begin')) inTransaction = true
      if (/commit|rollback/.test(text)) inTransaction = false
      return Buffer.from(`did ${text};`)
    },
  }
})
afterEach(() => vi.useRealTimers())

interface Client {
  end: Duplex
  /** A pair of streams in memory does not tell its other end by itself, as a socket does. */
  hangUp: () => void
  said: () => string
  done: Promise<void>
}

function connect(): Client {
  const [end, served] = duplexPair()
  const done = serveSession(served, ++count, backend, turns)
  let said = ''
  end.on('data', (data: Buffer) => {
    said += data.toString('latin1')
  })
  end.write(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]))
  return { end, hangUp: () => void served.destroy(), said: () => said, done }
}

const parse = (text: string, name = ''): Buffer => {
  const bytes = Buffer.from(`P____${name}\0${text}\0\0\0`)
  bytes.writeInt32BE(bytes.length - 1, 1)
  return bytes
}

test('a request that comes in pieces runs in one, after another’s that was whole before', async () => {
  const [slow, quick] = [connect(), connect()]
  slow.end.write(parse('slow'))
  quick.end.write(Buffer.concat([parse('quick'), sync()]))
  await expect.poll(quick.said).toContain('did')
  expect(ran).toEqual(['P quick S'])
  slow.end.write(sync())
  await expect.poll(slow.said).toContain('did')
  expect(ran).toEqual(['P quick S', 'P slow S'])
})

test('a transaction keeps everybody else waiting until its end', async () => {
  const [first, second] = [connect(), connect()]
  first.end.write(query('begin'))
  await expect.poll(first.said).toContain('begin')
  second.end.write(query('select 2'))
  first.end.write(query('select 1'))
  await expect.poll(first.said).toContain('select 1')
  first.end.write(query('commit'))
  await expect.poll(second.said).toContain('select 2')
  expect(ran).toEqual(['Q begin', 'Q select 1', 'Q commit', 'Q select 2'])
})

test('a client that is gone in the middle of a transaction is rolled back before the next runs', async () => {
  const [first, second] = [connect(), connect()]
  first.end.write(query('begin'))
  await expect.poll(first.said).toContain('begin')
  second.end.write(query('select 2'))
  first.hangUp()
  await first.done
  await expect.poll(second.said).toContain('select 2')
  expect(ran).toEqual(['Q begin', 'S', 'Q rollback', 'Q select 2'])
})

test('the request of a client that has hung up while waiting never runs', async () => {
  const [first, second] = [connect(), connect()]
  first.end.write(query('begin'))
  await expect.poll(first.said).toContain('begin')
  second.end.write(query('delete everything'))
  second.hangUp()
  first.end.write(query('commit'))
  await second.done
  expect(ran.join()).not.toContain('delete everything')
})

test('a client that falls silent in the middle of a transaction is put out after ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const client = connect()
  client.end.write(query('begin'))
  await vi.waitFor(() => expect(client.said()).toContain('begin'))
  vi.advanceTimersByTime(9_999)
  expect(client.end.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  await client.done
  expect(ran.at(-1)).toBe('Q rollback')
})

test('names of prepared statements are a client’s own, and go with it', async () => {
  const [first, second] = [connect(), connect()]
  for (const client of [first, second]) {
    client.end.write(Buffer.concat([parse('one', 'same'), sync()]))
    await expect.poll(client.said).toContain('did')
    client.end.write(Buffer.concat([parse('two', 'same'), parse('three', 'other'), sync()]))
    await expect.poll(client.said).toContain('three')
  }
  first.hangUp()
  await first.done
  expect(ran).toEqual([
    'P 1.0 one S',
    'P 1.0 two P 1.1 three S',
    'P 2.0 one S',
    'P 2.0 two P 2.1 three S',
    'C S1.0 C S1.1 S',
  ])
})

test('what is not the protocol ends the connection and nobody else’s', async () => {
  const [stranger, client] = [connect(), connect()]
  stranger.end.write('Q\0\0\0\0')
  await stranger.done
  client.end.write(query('select 1'))
  await expect.poll(client.said).toContain('select 1')
})
