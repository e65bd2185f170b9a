/**
 * The network between clients and nodes: a plain TCP balancer that gives connections to nodes in turn, and does to a
 * request what its header `x-mishap` says. It reads no more of HTTP than that header and the request's id.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Each happens to one request, on a connection of its own. `ms` and `bytes` are drawn by who sends it. */
export type Mishap =
  /** The request never arrives. */
  | { kind: 'lose-request' }
  /** It arrives so much later, its client gone or not. */
  | { kind: 'delay-request'; ms: number }
  /** It is answered, and the answer never arrives. */
  | { kind: 'lose-answer' }
  /** So much of the answer arrives, then the connection breaks. */
  | { kind: 'cut-answer'; bytes: number }
  | { kind: 'delay-answer'; ms: number }

export const mishapHeader = (mishap: Mishap): string =>
  [mishap.kind, 'ms' in mishap ? mishap.ms : 'bytes' in mishap ? mishap.bytes : ''].join(' ').trim()

export interface Wire {
  readonly url: string
  /** The nodes that connections go to from now on, by name and port. */
  lead(nodes: ReadonlyMap<string, number>): void
  /** Where a request was sent; undefined for one that never arrived. */
  nodeOf(requestId: string): string | undefined
  close(): Promise<void>
}

const MISHAP = /\r\nx-mishap: ([a-z-]+) ?(\d*)\r\n/i
const REQUEST_ID = /\r\nx-request-id: ([\w.-]+)\r\n/i

export async function openWire(): Promise<Wire> {
  let nodes: [string, number][] = []
  let turn = 0
  const seen = new Map<string, string>()
  const open = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    open.add(socket)
    return socket
      .setNoDelay()
      .on('error', () => {})
      .once('close', () => open.delete(socket))
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const [name, port] = nodes[turn++ % nodes.length] ?? ['', 0]
    const node = keep(connect({ host: '127.0.0.1', port, allowHalfOpen: true }))
    carry(keep(client), node, (id) => seen.set(id, name))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead: (to) => {
      nodes = [...to]
    },
    nodeOf: (requestId) => seen.get(requestId),
    close: async () => {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}

interface Drawn {
  kind: string
  amount: number
}

function carry(client: Socket, node: Socket, arrived: (requestId: string) => void): void {
  let mishap: Drawn | undefined
  let told = 0
  const breakOff = (): void => {
    client.destroy()
    node.destroy()
  }
  const toNode = (part: Buffer): void => {
    const [, id] = REQUEST_ID.exec(part.toString('latin1')) ?? []
    if (id !== undefined) arrived(id)
    node.write(part)
  }
  client.on('data', (part: Buffer) => {
    const [, kind, amount] = MISHAP.exec(part.toString('latin1')) ?? []
    if (kind !== undefined) mishap = { kind, amount: Number(amount) }
    if (mishap?.kind === 'lose-request') return breakOff()
    if (mishap?.kind === 'delay-request') return void setTimeout(toNode, mishap.amount, part)
    return toNode(part)
  })
  node.on('data', (part: Buffer) => {
    if (mishap?.kind === 'lose-answer') return breakOff()
    if (mishap?.kind === 'delay-answer') return void setTimeout(() => client.write(part), mishap.amount)
    if (mishap?.kind !== 'cut-answer') return void client.write(part)
    const left = mishap.amount - told
    told += part.length
    client.write(part.subarray(0, Math.max(left, 0)), () => left < part.length && breakOff())
  })
  // Who goes is followed by who is left; a request that is still under way arrives first.
  const late = (): number => (mishap?.kind.startsWith('delay-') ? mishap.amount : 0)
  client.once('close', () => setTimeout(() => node.end(() => node.destroy()), late()))
  client.once('end', () => setTimeout(() => node.end(), late()))
  node.once('end', () => setTimeout(() => client.end(), late()))
  node.once('close', () => setTimeout(() => client.destroy(), late()))
}
