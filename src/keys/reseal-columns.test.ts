import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { SealBroken } from '../security/seal.ts'
import type { NumberedKey } from './data-keys.ts'
import { createFieldSealer } from './field-seal.ts'
import { anySealedOtherwise, resealColumns, type SealedColumn } from './reseal-columns.ts'

const [first, second] = [1, 2].map((number) => ({ number, key: randomBytes(32) })) as [
  NumberedKey,
  NumberedKey,
]
const sealerWith = (...keys: [NumberedKey, ...NumberedKey[]]) =>
  createFieldSealer({
    current: () => keys[0],
    byNumber: (_, number) => keys.find((key) => key.number === number)?.key,
  })
const place = (row: string) => ({ table: 't', row, column: 'c' })
const names = Array.from({ length: 250 }, (_, n) => `row ${String(n).padStart(3, '0')}`)

function column(): SealedColumn & { rows: Map<string, Buffer> } {
  const rows = new Map(names.map((name) => [name, sealerWith(first).seal(place(name), `of ${name}`)]))
  return {
    rows,
    place,
    sealedOtherwise: async (head, after, limit) =>
      [...rows]
        .map(([row, sealed]) => ({ row, sealed }))
        .filter(({ row, sealed }) => row > after && !sealed.subarray(0, 4).equals(head))
        .slice(0, limit),
    reseal: async (row, from, to) => {
      if (rows.get(row)?.equals(from) !== true) return false
      rows.set(row, to)
      return true
    },
  }
}

const both = sealerWith(second, first)
const alone = sealerWith(second)

it('F-154 seals every value anew, page by page, so that the old key is not needed any more', async () => {
  const one = column()
  expect(await anySealedOtherwise(both, [one])).toBe(true)
  expect(await resealColumns(both, [one])).toBe(250)
  expect(await anySealedOtherwise(both, [one])).toBe(false)
  for (const name of names)
    expect(alone.open(place(name), one.rows.get(name) ?? Buffer.of())).toBe(`of ${name}`)
})

it('goes on where it was stopped', async () => {
  const one = column()
  let left = 120
  const stopped = {
    ...one,
    reseal: (...args: Parameters<SealedColumn['reseal']>) => {
      if (left-- === 0) throw new Error('stopped')
      return one.reseal(...args)
    },
  }
  await expect(resealColumns(both, [stopped])).rejects.toThrow('stopped')
  expect(await resealColumns(both, [one])).toBe(130)
})

it('leaves alone what was changed while it worked', async () => {
  const one = column()
  const renewed = both.seal(place('row 007'), 'renewed')
  const page = one.sealedOtherwise
  one.sealedOtherwise = async (...args) => {
    const found = await page(...args)
    one.rows.set('row 007', renewed)
    return found
  }
  expect(await resealColumns(both, [one])).toBe(249)
  expect(one.rows.get('row 007')).toBe(renewed)
})

it('A-923 takes nothing that does not open in its place', async () => {
  const one = column()
  one.rows.set('row 009', one.rows.get('row 008') ?? Buffer.of())
  await expect(resealColumns(both, [one])).rejects.toThrow(SealBroken)
})
