/** Chance that can be repeated: the same seed draws the same numbers. */
import { hash } from 'node:crypto'

export interface Random {
  /** Whole, both ends included. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  /** One of its own for each who draws, so that nobody's numbers depend on how often others draw. */
  branch(name: string): Random
}

export function createRandom(seed: number | string): Random {
  let drawn = 0
  /** At least 0, below 1. */
  const next = (): number => hash('sha256', `${seed} ${drawn++}`, 'buffer').readUInt32BE() / 2 ** 32
  return {
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
    branch: (name) => createRandom(`${seed}/${name}`),
  }
}
