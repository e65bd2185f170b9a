/** How large a run is and what happens in it: small in `npm test`, as told by `npm run test:history`. */
import { FAULTS, type Fault } from './plan.ts'
import type { RunOptions } from './run.ts'

/** What the long run takes, as arguments (`--calls 20000`) and by the environment (`HISTORY_CALLS`). */
export const TAKEN = ['seed', 'calls', 'nodes', 'clients', 'thefts', 'times', 'window', 'faults'] as const

export const variableOf = (name: string): string => `HISTORY_${name.toUpperCase()}`

const SHORT: RunOptions = {
  seed: 20_260_101,
  calls: 1_500,
  nodes: 2,
  clients: 4,
  browsers: 2,
  faults: ['kill-node', 'freeze-node', 'kill-redis', 'cut-redis', 'put-back'],
  times: 1,
  deepFreeze: 0,
  thefts: 2,
  window: 3_000,
}

const LONG: Omit<RunOptions, 'seed'> = {
  ...SHORT,
  calls: 100_000,
  clients: 8,
  browsers: 4,
  faults: FAULTS,
  times: 10,
  deepFreeze: 20_000,
  thefts: 2,
  window: 5_000,
}

export function optionsIn(env: Readonly<Record<string, string | undefined>>): {
  options: RunOptions
  isLong: boolean
} {
  if (env['HISTORY_SEED'] === undefined) return { options: SHORT, isLong: false }
  const number = (name: Exclude<keyof RunOptions, 'faults'>, otherwise: number): number =>
    Number(env[variableOf(name)] ?? otherwise)
  const options = {
    ...LONG,
    seed: number('seed', 0),
    calls: number('calls', LONG.calls),
    nodes: number('nodes', LONG.nodes),
    clients: number('clients', LONG.clients),
    thefts: number('thefts', LONG.thefts),
    times: number('times', LONG.times),
    window: number('window', LONG.window),
    faults: faultsIn(env[variableOf('faults')]) ?? LONG.faults,
  }
  return { options, isLong: true }
}

function faultsIn(text: string | undefined): Fault[] | undefined {
  if (text === undefined) return undefined
  const named = text.split(',').filter(Boolean)
  const unknown = named.filter((name) => !FAULTS.includes(name as Fault))
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown}; there are ${FAULTS.join(', ')}`)
  return named as Fault[]
}
