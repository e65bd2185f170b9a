/** PGlite on a folder: the first start beside it, and the look whether every file of the database is there. */
import { chmodSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { refuseDamagedFiles } from './cluster-files.ts'
import { faultIn } from './fault.ts'
import { clusterIn, halfMadeIn } from './folder.ts'
import { breakSeal, seal } from './seal.ts'

const PAGE_BYTES = 8_192

/** The least that the log may keep for later use; by default it would be up to a gigabyte. */
const SETTINGS = [...PGlite.defaultStartParams, '-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB']

export async function createCluster(dataDir: string): Promise<void> {
  const halfMade = halfMadeIn(dataDir)
  const cluster = await openReporting(halfMade, () => {})
  await cluster.close()
  closeToOthers(halfMade)
  renameSync(halfMade, clusterIn(dataDir))
}

/** `onCollapse` hears PostgreSQL's last words; PGlite itself would go round in circles from then on. */
export async function openCluster(dataDir: string, onCollapse: (words: string) => void): Promise<PGlite> {
  const folder = clusterIn(dataDir)
  refuseDamagedFiles(folder)
  breakSeal(folder)
  const cluster = await openReporting(folder, onCollapse)
  await refuseLostRelations(cluster, folder)
  return cluster
}

export async function closeCluster(cluster: PGlite, dataDir: string): Promise<void> {
  await cluster.close()
  seal(clusterIn(dataDir))
}

/** PGlite says no more than that it failed; what PostgreSQL itself said names the file. */
async function openReporting(folder: string, onCollapse: (words: string) => void): Promise<PGlite> {
  const said: string[] = []
  let opened = false
  const onStderr = (line: string): false => {
    if (opened && / PANIC: |^Aborted\(/.test(line)) onCollapse(inOurWords(line, folder))
    if (/ (FATAL|PANIC|DETAIL): |^postgres: /.test(line)) said.push(inOurWords(line, folder))
    return false
  }
  try {
    const cluster = await PGlite.create({ dataDir: folder, onStderr, startParams: SETTINGS })
    opened = true
    return cluster
  } catch (cause) {
    const fault = said.length > 0 ? said.join('. ') : String(cause)
    throw faultIn(folder, `does not open: ${fault}.`, cause)
  }
}

const inOurWords = (line: string, folder: string): string =>
  line
    .replace(/^.*?(FATAL|PANIC|DETAIL|postgres): +/, '')
    .replaceAll('/pglite/data', folder)
    .replace(/\.$/, '')

/** After a crash nothing else would tell before somebody asks for that table. An index has a page from the first. */
async function refuseLostRelations(cluster: PGlite, folder: string): Promise<void> {
  const { rows } = await cluster.query<{ path: string; kind: string }>(
    `select pg_relation_filepath(oid) as path, relkind as kind from pg_class
      where pg_relation_filepath(oid) is not null`,
  )
  for (const { path, kind } of rows) {
    const file = join(folder, path)
    const size = statSync(file, { throwIfNoEntry: false })?.size
    if (size === undefined) throw faultIn(file, 'is missing. Restore the folder from a backup.')
    if (kind === 'i' && size < PAGE_BYTES)
      throw faultIn(file, 'is cut short. Restore the folder from a backup.')
  }
}

/** PGlite lays its first files down readable for all; what it makes later follows the folder's own mode. */
function closeToOthers(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600)
  }
}
