/** Counts round trips: how often the client spoke again after the server had spoken. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface TripCounter {
  /** The server's address, by way of the counter. */
  url: string
  /** How many trips the calls of `during` took; only one client may be busy meanwhile. */
  count(during: () => Promise<unknown>): Promise<number>
  close(): void
}

export async function countTrips(server: string): Promise<TripCounter> {
  const target = new URL(server)
  const sockets = new Set<Socket>()
  let trips = 0
  let clientSpeaks = false
  const proxy = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true).on('error', () => {})
    }
    client.on('data', (chunk) => {
      if (!clientSpeaks) trips++
      clientSpeaks = true
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      clientSpeaks = false
      client.write(chunk)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  const url = new URL(server)
  url.port = typeof address === 'object' && address ? String(address.port) : ''
  return {
    url: url.href,
    async count(during) {
      const before = trips
      clientSpeaks = false
      await during()
      return trips - before
    },
    close() {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
