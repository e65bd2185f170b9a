/** Whether a cluster's files are whole, as far as that shows from outside: before PGlite may change any of them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { faultIn } from './fault.ts'

/** The major version of PostgreSQL inside PGlite, as it stands in `PG_VERSION`. */
const MAJOR = '18'

/** template1, template0 and postgres have had these numbers since PostgreSQL 15. */
const DATABASES = ['base/1', 'base/4', 'base/5']

const FILES = [
  ...DATABASES.flatMap((database) => [`${database}/PG_VERSION`, `${database}/pg_filenode.map`]),
  'global/pg_filenode.map',
  'postgresql.conf',
  'pg_hba.conf',
  'pg_ident.conf',
]

/** Folders that are never empty, and what each of their files is a multiple of. */
const SEGMENTS: readonly [string, number][] = [
  ['pg_xact', 8_192],
  ['pg_multixact/offsets', 8_192],
  ['pg_multixact/members', 8_192],
  ['pg_wal', 16 * 1024 * 1024],
]

const CONTROL_BYTES = 8_192

export function refuseDamagedFiles(cluster: string): void {
  const version = read(join(cluster, 'PG_VERSION')).toString('latin1').trim()
  if (version !== MAJOR) refuseVersion(join(cluster, 'PG_VERSION'), version)
  for (const name of FILES) refuseBlank(join(cluster, name), read(join(cluster, name)))
  refuseControl(join(cluster, 'global/pg_control'))
  for (const [folder, unit] of SEGMENTS) refuseTornSegments(join(cluster, folder), unit)
}

function refuseVersion(path: string, version: string): never {
  if (!/^\d+$/.test(version)) throw damaged(path, 'is damaged.')
  throw faultIn(path, `belongs to PostgreSQL ${version}, and this version of Gatehouse works with ${MAJOR}.`)
}

function refuseControl(path: string): void {
  const content = read(path)
  refuseBlank(path, content)
  if (content.length !== CONTROL_BYTES) throw damaged(path, 'is cut short.')
}

function refuseTornSegments(folder: string, unit: number): void {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9A-F]+$/.test(name)) : []
  if (names.length === 0) throw damaged(folder, 'is empty.')
  for (const path of names.map((name) => join(folder, name))) {
    const size = statSync(path).size
    if (size === 0 || size % unit !== 0) throw damaged(path, 'is cut short.')
  }
}

function refuseBlank(path: string, content: Buffer): void {
  if (content.every((byte) => byte === 0)) throw damaged(path, 'is empty.')
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw damaged(path, 'cannot be read.', cause)
  }
}

const damaged = (path: string, fault: string, cause?: unknown) =>
  faultIn(path, `${fault} Restore the folder from a backup.`, cause)
