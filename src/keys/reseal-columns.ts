import type { FieldSealer, Place } from './field-seal.ts'

/** A column of sealed values: what it takes to seal each of them anew. */
export interface SealedColumn {
  place(row: string): Place
  /** Values that begin otherwise than the given bytes, in the order of their rows. */
  sealedOtherwise(head: Buffer, after: string, limit: number): Promise<{ row: string; sealed: Buffer }[]>
  /** False when the value has changed meanwhile. */
  reseal(row: string, from: Buffer, to: Buffer): Promise<boolean>
}

const PAGE = 100

/**
 * Seals under the key in use what was sealed under another; how many values. Each value is a step of its own, and tells
 * by itself whether it is done: whoever was stopped begins anew and finds only what is left. Throws `SealBroken` for a
 * value that does not open.
 */
export async function resealColumns(sealer: FieldSealer, columns: readonly SealedColumn[]): Promise<number> {
  let count = 0
  for (const column of columns) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: { row: string; sealed: Buffer }[] = await column.sealedOtherwise(sealer.head(), after, PAGE)
      for (const { row, sealed } of page) {
        const plain = sealer.open(column.place(row), sealed)
        if (await column.reseal(row, sealed, sealer.seal(column.place(row), plain))) count++
      }
      after = page.at(-1)?.row
    }
  }
  return count
}

/** Whether any value is sealed under another key than the one in use. */
export async function anySealedOtherwise(
  sealer: FieldSealer,
  columns: readonly SealedColumn[],
): Promise<boolean> {
  for (const column of columns) {
    if ((await column.sealedOtherwise(sealer.head(), '', 1)).length > 0) return true
  }
  return false
}
