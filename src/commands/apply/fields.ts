import { isDeepStrictEqual } from 'node:util'

/** One field of a change. A secret is never shown: only what happens to it. */
export type FieldChange =
  | { field: string; from?: unknown; to?: unknown }
  | { field: string; secret: 'set' | 'changed' | 'generated' | 'removed' }

/** What differs between two descriptions, field by field; `before` is empty for something new. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((field) => {
    const [from, to] = [before[field], after[field]]
    if (isDeepStrictEqual(from, to)) return []
    return [{ field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }]
  })
}
