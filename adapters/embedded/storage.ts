/**
 * PostgreSQL without a server to install: PGlite in a thread, behind a Unix socket, in a folder that one process
 * owns and others visit. The owner is whoever holds the lock; two processes inside one folder would lose data
 * without noticing. A command beside a running server is its guest; without one it owns the folder while it runs.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import { inspectFolder, prepareFolder } from './folder.ts'
import { takeLock } from './lock.ts'
import { becomeOwner, lockIn, type Owner, PORT, type Role, readOwner, resign, socketIn } from './owner.ts'
import { keepWorking } from './thread.ts'
import { keepTidy } from './upkeep.ts'

export interface EmbeddedStorage {
  address: ClientConfig
  close(): Promise<void>
}

export interface EmbeddedOptions {
  /** Absolute. */
  dataDir: string
  role: Role
  /** Hears when the storage has collapsed (a full disk, say). It is opened again by itself, as often as it takes. */
  onError: (error: Error) => void
}

/** How long to wait for an owner that is starting or leaving. */
const PATIENCE_MS = 30_000
/** What guests get to finish in: a server has to stop in time, a command can wait for the one beside it. */
const FAREWELL_MS: Record<Role, number> = { server: 5_000, command: 30_000 }

export class DataFolderInUse extends Error {
  constructor(dataDir: string, owner: Owner | undefined) {
    const who = owner ? `the ${owner.role} with process id ${owner.pid} on ${owner.host}` : 'another process'
    super(`${dataDir} is in use by ${who}. Stop that one, or give this one a DATA_DIR of its own.`)
    this.name = 'DataFolderInUse'
  }
}

export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedStorage> {
  const { dataDir, role } = options
  prepareFolder(dataDir)
  const patience = AbortSignal.timeout(PATIENCE_MS)
  for (;;) {
    const unlock = takeLock(lockIn(dataDir))
    if (unlock) return own(options, unlock)
    const owner = readOwner(dataDir)
    const serverBesideServer = role === 'server' && owner?.role === 'server'
    if (serverBesideServer || patience.aborted) throw new DataFolderInUse(dataDir, owner)
    const visit = role === 'command' && owner ? await visitTo(addressOf(owner)) : undefined
    if (visit) return visit
    await delay(20 + Math.random() * 80)
  }
}

async function own(options: EmbeddedOptions, unlock: () => void): Promise<EmbeddedStorage> {
  const { dataDir, role, onError } = options
  let owner: Owner | undefined
  const leave = (): void => {
    if (owner) resign(dataDir, owner)
    unlock()
  }
  try {
    const firstStart = inspectFolder(dataDir) === 'first start'
    owner = await becomeOwner(dataDir, role)
    const address = addressOf(owner)
    const stop = await keepWorking({ dataDir, socket: socketIn(owner.socketFolder), firstStart }, onError)
    const ending = new AbortController()
    const tidying = keepTidy(address, ending.signal, onError)
    const close = async (): Promise<void> => {
      ending.abort()
      await stop(FAREWELL_MS[role])
      await tidying
    }
    return { address, close: () => close().finally(leave) }
  } catch (error) {
    leave()
    throw error
  }
}

const addressOf = (owner: Owner): ClientConfig => ({
  host: owner.socketFolder,
  port: PORT,
  user: 'postgres',
  database: 'postgres',
  ssl: false,
})

/** Keeps a connection for as long as the visit lasts, so that an owner who leaves knows that somebody is there. */
async function visitTo(address: ClientConfig): Promise<EmbeddedStorage | undefined> {
  const presence = new Client({ ...address, connectionTimeoutMillis: 1_000 })
  // Whoever works here hears of a lost owner by their own connections.
  presence.on('error', () => {})
  try {
    await presence.connect()
    return { address, close: () => presence.end() }
  } catch {
    await presence.end()
    return undefined
  }
}
