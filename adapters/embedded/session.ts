/**
 * One client's connection to the single backend that all share. Three things would let one client read another's
 * data, and are prevented here: a request (all messages up to its end) runs in one piece, so that nobody else's
 * statement slips between a Parse and its Bind; a transaction keeps the backend to itself until it ends or its
 * client is gone, when it is rolled back; and names of prepared statements are made a client's own.
 *
 * What a client sets for its session (`set`, `listen`, advisory locks) is still everybody's: set it locally.
 */
import type { Duplex } from 'node:stream'
import { closeStatement, createPacketReader, query, renameStatement, sync, welcome } from './messages.ts'
import type { Turns } from './turns.ts'

export interface Backend {
  version: string
  run(request: Buffer): Promise<Buffer>
  inTransaction(): boolean
}

/** How long a silent client may keep all others waiting in the middle of its transaction. */
const IDLE_IN_TRANSACTION_MS = 10_000

/** Query and Sync end a request, Flush asks for an answer half way. */
const ASKING = new Set(['Q', 'S', 'H'])

/** Resolves when the client is gone and nothing of it is left. */
export function serveSession(socket: Duplex, id: number, backend: Backend, turns: Turns): Promise<void> {
  const read = createPacketReader()
  const names = new Map<string, string>()
  let request: Buffer[] = []
  let leave: (() => void) | undefined
  let impatience: NodeJS.Timeout | undefined
  let work = Promise.resolve()
  const done = Promise.withResolvers<void>()

  const ownName = (name: string): string => {
    const own = names.get(name) ?? `${id}.${names.size}`
    names.set(name, own)
    return own
  }

  const answer = async (bytes: Buffer, half: boolean): Promise<void> => {
    leave ??= await turns.enter()
    clearTimeout(impatience)
    // Whoever has hung up while waiting will not learn of the outcome: there shall be none.
    if (socket.destroyed) return
    socket.write(await backend.run(bytes))
    if (half || backend.inTransaction()) {
      impatience = setTimeout(() => socket.destroy(), IDLE_IN_TRANSACTION_MS)
    } else {
      leave()
      leave = undefined
    }
  }

  const depart = async (): Promise<void> => {
    clearTimeout(impatience)
    if (!leave && names.size === 0) return
    leave ??= await turns.enter()
    await backend.run(Buffer.concat([...[...names.values()].map(closeStatement), sync()]))
    if (backend.inTransaction()) await backend.run(query('rollback'))
    leave()
  }

  const take = (type: string, bytes: Buffer): void => {
    if (type === 'X') return void socket.end()
    request.push(renameStatement(type, bytes, ownName))
    if (!ASKING.has(type)) return
    const whole = Buffer.concat(request)
    request = []
    work = work.then(() => answer(whole, type === 'H'))
  }

  const receive = (chunk: Buffer): void => {
    for (const packet of read(chunk)) {
      if (packet.kind === 'message') take(packet.type, packet.bytes)
      else if (packet.kind === 'startup') socket.write(welcome(backend.version))
      else if (packet.kind === 'encryption') socket.write('N')
      else socket.destroy()
    }
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      receive(chunk)
    } catch {
      socket.destroy()
    }
  })
  // A client that is gone is told by 'close', whatever the reason.
  socket.on('error', () => {})
  socket.on('close', () => {
    work.then(depart).then(done.resolve, done.reject)
  })
  return done.promise
}
