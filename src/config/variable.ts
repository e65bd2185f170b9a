import { readFileSync } from 'node:fs'
import { type Environment, readEnvironment } from './env.ts'
import { KNOWN, type ReadFile, readOne } from './sources.ts'

export type Variable = { ok: true; text: string } | { ok: false; fault: string }

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/**
 * A variable that a file of the operator's names, given by itself or by `NAME_FILE`. Those of the house itself are
 * out of reach: whoever writes the file must not turn `MASTER_KEY` into the secret of a client.
 */
export function findVariable(name: string, env: Environment, readFile: ReadFile): Variable {
  if (!NAME.test(name)) return { ok: false, fault: 'is not the name of an environment variable' }
  if (Object.hasOwn(KNOWN, name.replace(/_FILE$/, '')))
    return { ok: false, fault: `names ${name}, which configures Gatehouse itself` }
  const given = readOne(env, name, readFile)
  if (given === undefined) return { ok: false, fault: `names ${name}, which is not set` }
  if ('text' in given) return { ok: true, text: given.text }
  return { ok: false, fault: `names ${name}, but ${given.problem.variable} ${given.problem.message}` }
}

export const readVariable = (name: string): Variable =>
  findVariable(name, readEnvironment(), (path) => readFileSync(path, 'utf8'))
