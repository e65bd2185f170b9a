/** What imports what, read from the import lines. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export interface Import {
  file: string
  /** A path from the project's root, or a library's name. */
  target: string
  typeOnly: boolean
}

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

export const codeBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))

export function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, type, named, dynamic]) => {
    const path = named ?? dynamic ?? ''
    const target = path.startsWith('.') ? normalize(join(dirname(file), path)) : path
    return { file, target, typeOnly: type !== undefined }
  })
}
