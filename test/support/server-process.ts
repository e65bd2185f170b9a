/** A server as a process of ours: in a temporary folder, on a port of its own, known by its process id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chown, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram } from './programs.ts'

export interface RunningService {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Where it keeps its files. */
  readonly folder: string
  /** To the server and the processes it has started: PostgreSQL has one for each connection. */
  kill(signal: NodeJS.Signals): void
  /** Resolves when it is gone. */
  end(signal: NodeJS.Signals): Promise<void>
  /** Ends it without farewell (`SIGKILL`) where it still runs, and starts it on the same port and folder. */
  restart(): Promise<void>
  stop(): Promise<void>
}

interface Command {
  file: string
  args: string[]
}

/** What differs between one kind of server and another. */
export interface Kind {
  name: string
  prepare?: (folder: string) => Promise<void>
  command: (folder: string, port: number) => Command
  identity?: { uid: number; gid: number }
  url: (port: number) => string
  /** Rejects as long as the server doesn't serve. */
  probe: (url: string) => Promise<void>
  endBy: NodeJS.Signals
}

export async function startServer(kind: Kind): Promise<RunningService> {
  const folder = await mkdtemp(join(tmpdir(), `gatehouse-${kind.name}-`))
  if (kind.identity) await chown(folder, kind.identity.uid, kind.identity.gid)
  await kind.prepare?.(folder)
  let { child, port } = await launchOnFreePort(kind, folder)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    killAll(child, signal)
    await goneFor(child)
  }
  return {
    url: kind.url(port),
    port,
    get pid() {
      return child.pid ?? 0
    },
    folder,
    kill: (signal) => killAll(child, signal),
    end,
    restart: async () => {
      await end('SIGKILL')
      child = await relaunch(kind, folder, port)
    },
    stop: async () => {
      killAll(child, 'SIGCONT')
      child.kill(kind.endBy)
      await goneFor(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Between finding a free port and listening on it somebody else may take it: then the next one is tried. */
async function launchOnFreePort(
  kind: Kind,
  folder: string,
  tries = 5,
): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort()
  try {
    return { child: await launch(kind, folder, port), port }
  } catch (error) {
    if (tries <= 1) throw error
    return launchOnFreePort(kind, folder, tries - 1)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

async function launch(kind: Kind, folder: string, port: number): Promise<ChildProcess> {
  const { file, args } = endingWithUs(kind.command(folder, port))
  const log = await open(join(folder, 'log'), 'a')
  const stdio: ['ignore', number, number] = ['ignore', log.fd, log.fd]
  const child = spawn(file, args, { cwd: folder, stdio, ...kind.identity })
  await log.close()
  const patience = AbortSignal.timeout(20_000)
  for (;;) {
    const failure = await kind.probe(kind.url(port)).then(
      () => undefined,
      (error: unknown) => error,
    )
    // A server that has ended has left the port to somebody else, who may well have answered.
    if (failure === undefined && !hasEnded(child)) return child
    if (hasEnded(child) || patience.aborted) return giveUp(kind, folder, child, failure)
    await delay(20)
  }
}

/** A run that is cut can't stop its servers any more: on Linux the kernel does it. */
function endingWithUs(command: Command): Command {
  const setpriv = findProgram('setpriv')
  if (setpriv === undefined) return command
  return { file: setpriv, args: ['--pdeathsig', 'KILL', command.file, ...command.args] }
}

async function giveUp(kind: Kind, folder: string, child: ChildProcess, cause: unknown): Promise<never> {
  killAll(child, 'SIGKILL')
  const said = (await readFile(join(folder, 'log'), 'utf8')).slice(-2_000)
  throw new Error(`${kind.name} does not start:\n${said}`, { cause })
}

/** A killed PostgreSQL's memory stays in use until its last process has gone, and refuses the next one so long. */
async function relaunch(kind: Kind, folder: string, port: number, tries = 20): Promise<ChildProcess> {
  try {
    return await launch(kind, folder, port)
  } catch (error) {
    if (tries <= 1) throw error
    await delay(50)
    return relaunch(kind, folder, port, tries - 1)
  }
}

/** The server first, so that it can't start others in the meantime. */
function killAll(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || hasEnded(child)) return
  const started = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
  child.kill(signal)
  for (const pid of started) sendSignal(Number(pid), signal)
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended on its own since it was listed.
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function goneFor(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, 'exit')
}
