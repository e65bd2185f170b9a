import { readFileSync } from 'node:fs'
import { type Described, type Environment, readEnvironment, VARIABLES } from './env.ts'
import { type Given, KNOWN, type ReadFile, readSources } from './sources.ts'

/** A variable as it is in force, fit for a terminal. */
export interface Setting {
  name: string
  /** Secrets are masked. */
  value: string
  origin: 'default' | 'environment' | 'file'
}

function mask(text: string, secret: Described['secret']): string {
  const isUrl = /^[a-z][a-z\d+.-]*:\/\//i.test(text)
  if (secret === 'whole' || (secret === 'url' && !isUrl)) return '***'
  // PostgreSQL takes a password in the query too, and an unencoded `@` or `?` may stand inside one.
  const bare = text.replace(/\/\/.*@/s, '//***@')
  return secret === 'url' ? bare.replace(/[?#].*$/s, '') : bare
}

function describeOne(name: string, variable: Described, given: Given | undefined): Setting {
  if (given === undefined)
    return { name, value: variable.default ?? (variable.unset ?? '').replaceAll('`', ''), origin: 'default' }
  const value = 'text' in given ? mask(given.text, variable.secret) : '(can’t be read)'
  return { name, value, origin: given.origin }
}

/** Every variable with its origin; of those whose part is not there, only what is set. */
export function describeSettings(env: Environment, readFile: ReadFile): Setting[] {
  const sources = readSources(env, readFile)
  return Object.entries(KNOWN)
    .filter(([name]) => name in VARIABLES || sources.has(name))
    .map(([name, variable]) => describeOne(name, variable, sources.get(name)))
}

export const describeEnvironment = (): Setting[] =>
  describeSettings(readEnvironment(), (path) => readFileSync(path, 'utf8'))
