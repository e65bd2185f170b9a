/**
 * What the data folder must look like before anything opens it. PGlite makes a new database wherever it finds no
 * `PG_VERSION`, also on top of an existing one; so whether this is a first start is decided here, and damage is
 * looked for (`cluster-files.ts`) each time before PGlite may touch anything.
 */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { faultIn } from './fault.ts'

/** Files that exist only after a first start has come to its end. */
const SIGNS_OF_LIFE = ['master.key', 'demo.json']

export const clusterIn = (dataDir: string): string => join(dataDir, 'pg')

/** A first start works beside and renames when it is complete: what it left half-made is never mistaken for whole. */
export const halfMadeIn = (dataDir: string): string => join(dataDir, 'pg.new')

export function prepareFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw faultIn(dataDir, 'is not a folder and cannot be made one.', cause)
  }
  refuseForeign(dataDir)
  chmodSync(dataDir, 0o700)
}

/** To be called by the holder of the lock only. */
export function inspectFolder(dataDir: string): 'first start' | 'lived in' {
  const cluster = clusterIn(dataDir)
  if (existsSync(cluster)) {
    refuseForeign(cluster)
    return 'lived in'
  }
  const sign = SIGNS_OF_LIFE.find((name) => existsSync(join(dataDir, name)))
  if (sign !== undefined) {
    const advice = `Restore it from a backup, or move ${sign} away to start anew.`
    throw faultIn(cluster, `is missing, though ${sign} beside it shows that there was a database. ${advice}`)
  }
  rmSync(halfMadeIn(dataDir), { recursive: true, force: true })
  return 'first start'
}

/** PostgreSQL's own rule: files of somebody else may change or become unreadable at any time. */
function refuseForeign(path: string): void {
  const owner = statSync(path).uid
  const self = process.geteuid?.() ?? owner
  if (owner !== self) throw faultIn(path, `belongs to user ${owner}, and Gatehouse runs as user ${self}.`)
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw faultIn(path, 'cannot be written to.', cause)
  }
}
