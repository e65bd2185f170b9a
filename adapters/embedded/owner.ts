/** Who serves a data folder, and where: the note that lets commands find a running server. */
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

export type Role = 'server' | 'command'

const Owner = z.object({
  pid: z.number(),
  host: z.string(),
  role: z.enum(['server', 'command']),
  /** The folder where the socket stands. */
  socketFolder: z.string(),
  /** Of the lock's file: a copy of the folder brings a note that is about the original. */
  inode: z.number(),
})
export type Owner = z.infer<typeof Owner>

/** The driver makes a socket's name out of a folder and a port. */
export const PORT = 5432
export const socketIn = (folder: string): string => join(folder, `.s.PGSQL.${PORT}`)

/** What `sun_path` holds, its closing zero left out. */
const LONGEST_SOCKET_PATH = 107

export const lockIn = (dataDir: string): string => join(dataDir, 'lock')
const noteIn = (dataDir: string): string => join(dataDir, 'owner.json')
const inodeOf = (dataDir: string): number => statSync(lockIn(dataDir)).ino

/** Undefined where no owner has left a note yet; what it says may be outdated, as only the lock is the truth. */
export function readOwner(dataDir: string): Owner | undefined {
  try {
    const owner = Owner.parse(JSON.parse(readFileSync(noteIn(dataDir), 'utf8')))
    return owner.inode === inodeOf(dataDir) ? owner : undefined
  } catch {
    return undefined
  }
}

export async function becomeOwner(dataDir: string, role: Role): Promise<Owner> {
  const socketFolder = (await takesSocket(dataDir)) ? dataDir : mkdtempSync(join(tmpdir(), 'gatehouse-'))
  const owner: Owner = { pid: process.pid, host: hostname(), role, socketFolder, inode: inodeOf(dataDir) }
  const draft = `${noteIn(dataDir)}.new`
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600 })
  renameSync(draft, noteIn(dataDir))
  return owner
}

export function resign(dataDir: string, { socketFolder }: Owner): void {
  rmSync(noteIn(dataDir), { force: true })
  rmSync(socketIn(socketFolder), { force: true })
  if (socketFolder !== dataDir) rmSync(socketFolder, { recursive: true, force: true })
}

/** Some volumes take no sockets (shared folders of virtual machines), and a deep folder's path is too long. */
async function takesSocket(folder: string): Promise<boolean> {
  const path = socketIn(folder)
  rmSync(path, { force: true })
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer().once('error', () => resolve(false))
  server.listen(path, () => server.close(() => resolve(true)))
  return promise
}
