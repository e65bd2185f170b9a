import type { Json, JsonObject } from '../../adapters/contract.ts'

/**
 * Two requests loaded one session, and both save it: what either has changed since it was loaded holds, entry by entry
 * of `authorizations` too; of one thing that both have changed, ours.
 */
export function mergeSession(loaded: JsonObject, ours: JsonObject, theirs: JsonObject): JsonObject {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  const merged: JsonObject = {}
  for (const name of names) {
    const [before, mine, other] = [loaded[name], ours[name], theirs[name]]
    const value =
      name === 'authorizations' && isObject(mine) && isObject(other)
        ? mergeSession(isObject(before) ? before : {}, mine, other)
        : same(mine, before)
          ? other
          : mine
    if (value !== undefined) merged[name] = value
  }
  return merged
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const same = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)
