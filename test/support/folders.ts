/** Data folders for tests, and processes that use them. */
import { execFileSync, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import type { Role } from '../../adapters/embedded/owner.ts'

export interface Report {
  opened?: true
  refused?: string
  written?: number
}

export interface FolderProcess {
  pid: number
  /** The next thing that it says. */
  report(): Promise<Report>
  leave(): Promise<void>
  kill(): Promise<void>
}

export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'gatehouse-data-'))

/** As a server opens it. */
export const openFolder = (
  dataDir: string,
  onError: (error: Error) => void = () => {},
): Promise<OpenDatabase> => openDatabase({ url: undefined, dataDir, poolMax: 4, role: 'server', onError })

/** A folder where somebody has lived and that was left in order, to copy from. */
export async function livedInFolder(): Promise<string> {
  const dataDir = freshFolder()
  copyFolder(inject('services').embeddedTemplate, dataDir)
  const database = await openFolder(dataDir)
  await database.pool.query('create table people (name text primary key)')
  await database.pool.query("insert into people values ('Ada')")
  await database.close()
  return dataDir
}

export async function peopleIn(dataDir: string): Promise<string[]> {
  const database = await openFolder(dataDir)
  try {
    return (await database.pool.query<{ name: string }>('select name from people')).rows.map(
      ({ name }) => name,
    )
  } finally {
    await database.close()
  }
}

/** With the files' modes, which Node's own copying does not keep for folders. */
export const copyFolder = (from: string, to: string): void => void execFileSync('cp', ['-a', `${from}/.`, to])

type Job = 'hold' | 'write'

export function useFolder(
  dataDir: string,
  role: Role,
  job: Job = 'hold',
  user: string[] = [],
): FolderProcess {
  const child = fork(new URL('./embedded-process.ts', import.meta.url), [dataDir, role, job, ...user])
  const gone = once(child, 'exit')
  const reports = on(child, 'message', { close: ['exit'] })
  return {
    pid: child.pid ?? 0,
    report: () => nextOf(reports),
    async leave() {
      // Who has been refused may be gone before it hears.
      child.send('leave', () => {})
      await gone
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function nextOf(reports: AsyncIterator<unknown[]>): Promise<Report> {
  const { value, done } = await reports.next()
  if (done) throw new Error('the process ended without a word')
  return value[0] as Report
}

/** One value for all names and contents below a folder: whoever harms one here does not forge its checksum. */
export function fingerprintOf(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return files
    .toSorted()
    .map((path) => `${path} ${crc32(readFileSync(path))}`)
    .join('\n')
}
