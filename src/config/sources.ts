import { type Described, type Environment, VARIABLES } from './env.ts'
import { LATER } from './later.ts'
import type { Problem } from './problem.ts'

/** Throws when the file can't be read. */
export type ReadFile = (path: string) => string

export const KNOWN: Readonly<Record<string, Described>> = { ...VARIABLES, ...LATER }

/** A variable that is set: either its text, or what keeps it from being read. */
export type Given = { origin: 'environment' | 'file' } & ({ text: string } | { problem: Problem })

export type Sources = ReadonlyMap<string, Given>

/** Set to nothing counts as unset: compose files pass `NAME=${NAME:-}` on. */
const setTo = (env: Environment, name: string) => env[name] || undefined

/** Whoever put the secret itself where its path belongs must not find it in a log: the path is not repeated. */
function readSecretFile(path: string, readFile: ReadFile): { text: string } | { fault: string } {
  try {
    // Editors and `echo` end a file with a line end that is no part of the value.
    const text = readFile(path).replace(/\r?\n$/, '')
    return text === '' ? { fault: 'names a file that is empty' } : { text }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { fault: `names a file that can’t be read${code}` }
  }
}

export function readOne(env: Environment, name: string, readFile: ReadFile): Given | undefined {
  const [text, path] = [setTo(env, name), setTo(env, `${name}_FILE`)]
  const example = KNOWN[name]?.example ?? ''
  if (text !== undefined && path !== undefined) {
    const message = `is given twice, also as ${name}_FILE: unset one of them`
    return { origin: 'environment', problem: { variable: name, message, example } }
  }
  if (text !== undefined) return { origin: 'environment', text }
  if (path === undefined) return undefined
  const read = readSecretFile(path, readFile)
  if ('text' in read) return { origin: 'file', text: read.text }
  const problem = {
    variable: `${name}_FILE`,
    message: read.fault,
    example: `/run/secrets/${name.toLowerCase()}`,
  }
  return { origin: 'file', problem }
}

/** What the environment says of each known variable, by itself or by `NAME_FILE`. */
export function readSources(env: Environment, readFile: ReadFile): Sources {
  const sources = new Map<string, Given>()
  for (const name of Object.keys(KNOWN)) {
    const given = readOne(env, name, readFile)
    if (given !== undefined) sources.set(name, given)
  }
  return sources
}
