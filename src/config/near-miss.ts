import type { Environment } from './env.ts'
import { KNOWN } from './sources.ts'

/** Shorter names have too many honest neighbours (`PORT`: `SORT`, `POST`). */
const SHORTEST = 6

/** Levenshtein's distance, with a swap of neighbours as one step (`ISSURE`): one row of the table at a time. */
export function editDistance(from: string, to: string): number {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const differs = from[row - 1] === to[column - 1] ? 0 : 1
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + differs,
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = above
    above = current
  }
  return above[to.length] ?? 0
}

const NAMES = Object.keys(KNOWN).flatMap((name) => [name, `${name}_FILE`])
/** Other programs' names that lie near one of ours. */
const STRANGERS: readonly string[] = ['SMTP_SSL']

function nearest(name: string): string | undefined {
  const upper = name.toUpperCase()
  return NAMES.filter((known) => known.length >= SHORTEST && Math.abs(known.length - name.length) <= 2).find(
    (known) => editDistance(upper, known) <= 2,
  )
}

/** A slip of the pen in a name would otherwise leave a default in force in silence. */
export function findNearMisses(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.length >= SHORTEST && !NAMES.includes(name) && !STRANGERS.includes(name))
    .flatMap((name) => {
      const meant = nearest(name)
      return meant === undefined ? [] : [`${name} is not known and has no effect: is ${meant} meant?`]
    })
}
