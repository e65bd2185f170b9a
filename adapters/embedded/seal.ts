/**
 * What every file was when the database was closed in order. PostgreSQL would see a missing or damaged file only when
 * somebody asks for what is in it, and take an emptied table for an empty one. The seal is broken by opening: after a
 * crash there is none, and PostgreSQL's own recovery has to do.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { faultIn } from './fault.ts'

/** File to checksum. */
const Seal = z.record(z.string(), z.number())

const sealIn = (cluster: string): string => join(cluster, 'seal.json')

export function seal(cluster: string): void {
  const draft = `${sealIn(cluster)}.new`
  writeFileSync(draft, JSON.stringify(checksumsOf(cluster)), { mode: 0o600 })
  renameSync(draft, sealIn(cluster))
}

export function breakSeal(cluster: string): void {
  const sealed = readSeal(cluster)
  if (sealed) refuseChanged(cluster, sealed)
  rmSync(sealIn(cluster), { force: true })
}

function readSeal(cluster: string): Record<string, number> | undefined {
  try {
    return Seal.parse(JSON.parse(readFileSync(sealIn(cluster), 'utf8')))
  } catch {
    return undefined
  }
}

function refuseChanged(cluster: string, sealed: Record<string, number>): void {
  const found = checksumsOf(cluster)
  for (const [name, checksum] of Object.entries(sealed)) {
    if (found[name] === checksum) continue
    const fault = found[name] === undefined ? 'is missing' : 'is not what it was when the database was closed'
    const advice = `Restore the folder from a backup; to open it nevertheless, remove ${sealIn(cluster)}.`
    throw faultIn(join(cluster, name), `${fault}. ${advice}`)
  }
}

/** Configuration files are left out: they may be edited. */
function checksumsOf(cluster: string): Record<string, number> {
  const files = readdirSync(cluster, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.conf$|^seal\.json/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(files.map((file) => [relative(cluster, file), crc32(readFileSync(file))]))
}
