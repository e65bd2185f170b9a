/** What goes wrong in a run, and when: by the number of calls, so that the same seed is the same plan on any machine. */
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'

export const FAULTS = [
  'kill-node',
  'freeze-node',
  'kill-redis',
  'cut-redis',
  'freeze-redis',
  'put-back',
] as const
export type Fault = (typeof FAULTS)[number]

export interface Planned {
  /** After so many calls. */
  after: number
  fault: Fault
  node: number
  ms: number
}

/** How long something stands still. A request is given up after two seconds, so that is more than anybody waits. */
const STANDSTILL: Partial<Record<Fault, [number, number]>> = {
  'freeze-node': [500, 1_500],
  'freeze-redis': [500, 2_000],
  'put-back': [1_000, 1_000],
}

export interface PlanUse {
  random: Random
  calls: number
  nodes: number
  faults: readonly Fault[]
  /** Of each kind. */
  times: number
  /** How long the first node that is frozen stands still, ms, where that is longer than the others do. */
  deepFreeze: number
}

/** Evenly over the run, in an order that is drawn; the first and the last tenth are quiet. */
export function planOf({ random, calls, nodes, faults, times, deepFreeze }: PlanUse): Planned[] {
  const all = faults.flatMap((fault) => Array.from({ length: times }, () => fault))
  const drawn = all
    .map((fault) => ({ fault, place: random.between(0, 1_000_000) }))
    .toSorted((a, b) => a.place - b.place)
  const planned = drawn.map(({ fault }, n) => ({
    after: Math.round(calls * (0.1 + (0.8 * n) / all.length)),
    fault,
    node: random.between(0, nodes - 1),
    ms: random.between(...(STANDSTILL[fault] ?? [0, 0])),
  }))
  const first = planned.find(({ fault }) => fault === 'freeze-node')
  return planned.map((one) => (one === first ? { ...one, ms: Math.max(one.ms, deepFreeze) } : one))
}

export function happen(stage: Stage, { fault, node, ms }: Planned): Promise<void> {
  const ways: Record<Fault, () => Promise<void>> = {
    'kill-node': () => stage.killNode(node),
    'freeze-node': () => stage.freezeNode(node, ms),
    'kill-redis': () => stage.killRedis(),
    'cut-redis': () => stage.cutRedis(),
    'freeze-redis': () => stage.freezeRedis(ms),
    'put-back': () => stage.putRedisBack(ms),
  }
  return ways[fault]()
}
