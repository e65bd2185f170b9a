/**
 * The thread that holds the database. PGlite computes on the thread it is called from: here it can't stall the
 * server, and everybody, the owner included, comes in by the socket.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'
import { closeCluster, createCluster, openCluster } from './cluster.ts'
import { type Backend, serveSession } from './session.ts'
import { createTurns } from './turns.ts'

export interface Task {
  dataDir: string
  socket: string
  firstStart: boolean
}

/** `farewellMs`: how long others may finish what they are doing. */
export interface Close {
  farewellMs: number
}

type Sessions = Map<Socket, Promise<void>>

async function serve({ dataDir, socket, firstStart }: Task): Promise<void> {
  if (firstStart) await createCluster(dataDir)
  const cluster = await openCluster(dataDir, (words) => {
    parentPort?.postMessage(words)
    process.exit(1)
  })
  const sessions: Sessions = new Map()
  const server = await listen(socket, await backendOf(cluster), sessions)
  parentPort?.once('message', async ({ farewellMs }: Close) => {
    // Who is here may still need another connection, so the door stays open as long as somebody is.
    const over = delay(farewellMs, true, { ref: false })
    const allLeft = () => Promise.all(sessions.values()).then(() => false)
    while (sessions.size > 0 && !(await Promise.race([allLeft(), over])));
    server.close()
    for (const remaining of sessions.keys()) remaining.destroy()
    await Promise.all(sessions.values())
    await closeCluster(cluster, dataDir)
    parentPort?.close()
  })
  parentPort?.postMessage('serving')
}

async function backendOf(cluster: PGlite): Promise<Backend> {
  const { rows } = await cluster.query<{ server_version: string }>('show server_version')
  return {
    version: rows[0]?.server_version ?? '',
    inTransaction: () => cluster.isInTransaction(),
    async run(request) {
      const answer: Buffer[] = []
      // What is handed over lies in PGlite's own memory and will be overwritten.
      const onRawData = (data: Uint8Array): void => void answer.push(Buffer.from(data))
      await cluster.execProtocolRawStream(request, { onRawData })
      return Buffer.concat(answer)
    },
  }
}

async function listen(path: string, backend: Backend, sessions: Sessions): Promise<Server> {
  const turns = createTurns()
  let count = 0
  const server = createServer((socket) => {
    const session = serveSession(socket, ++count, backend, turns).then(() => void sessions.delete(socket))
    sessions.set(socket, session)
  })
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen(path, () => resolve(server))
  return promise
}

await serve(workerData as Task)
