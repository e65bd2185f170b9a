import { describe, expect, it } from 'vitest'
import { csvRecords } from './csv-records.ts'
import { jsonObjects } from './json-objects.ts'
import type { Placed } from './source.ts'

/** In pieces of so many bytes: the middle of a letter is as good a place to cut as any. */
async function* pieces(text: string, bytes: number): AsyncIterable<Uint8Array> {
  const all = Buffer.from(text)
  for (let from = 0; from < all.length; from += bytes) yield all.subarray(from, from + bytes)
}

const all = async <T>(records: AsyncIterable<Placed<T>>): Promise<[number, T][]> =>
  (await Array.fromAsync(records)).map(({ line, value }) => [line, value])

const json = (text: string, key?: string, bytes = 7) => all(jsonObjects(pieces(text, bytes), key))
const csv = (text: string, bytes = 5) => all(csvRecords(pieces(text, bytes)))

const PEOPLE = [{ a: '}"]{ \\ ä€😀' }, { a: { b: [{ c: ']' }] } }, { a: '\n' }]

describe('JSON objects', () => {
  it.each([
    ['a line each', PEOPLE.map((one) => JSON.stringify(one)).join('\n'), undefined],
    ['a list', JSON.stringify(PEOPLE, undefined, 2), undefined],
    ['in a row', PEOPLE.map((one) => JSON.stringify(one)).join(''), undefined],
    [
      'under a key',
      JSON.stringify({ realm: 'users', clients: [{ x: 1 }], users: PEOPLE, more: [{ y: 2 }] }),
      'users',
    ],
    ['a list, though a key is asked for', JSON.stringify(PEOPLE), 'users'],
    ['behind a byte order mark', `\ufeff${JSON.stringify(PEOPLE)}`, undefined],
  ])('are found where they are %s, however the file is cut', async (_, text, key) => {
    for (const bytes of [1, 2, 3, 64, 4096]) {
      expect((await json(text, key, bytes)).map(([, value]) => value)).toEqual(PEOPLE)
    }
  })

  it('know their lines', async () => {
    expect(await json('{"a":1}\n\n{"b":\n2}\n{"c":3}')).toEqual([
      [1, { a: 1 }],
      [3, { b: 2 }],
      [5, { c: 3 }],
    ])
  })

  it('that can’t be read are told, and those behind them are read', async () => {
    expect(await json('{"a":1}\nnot JSON at all {\n{"b":2,}\n{"c":3}\nend')).toEqual([
      [1, { a: 1 }],
      [2, undefined],
      [3, undefined],
      [4, { c: 3 }],
      [5, undefined],
    ])
  })

  it.each(['{"a":1}\n{"b":', '[{"a":1}', '{"users":[{"a":1}', '{"a":"'])(
    'of a file that was cut off are not all of them: %s',
    async (text) => {
      await expect(json(text)).rejects.toThrow('it ends in the middle of a record, at line')
    },
  )

  it('are none in other bytes than UTF-8, and none without end', async () => {
    const latin1 = (async function* () {
      yield Buffer.from('{"a":"\xe4"}', 'latin1')
    })()
    await expect(all(jsonObjects(latin1))).rejects.toThrow('utf-8')
    await expect(json(`{"a":"${'x'.repeat(5_000_000)}`, undefined, 65_536)).rejects.toThrow(
      'longer than 4 MB',
    )
  })

  it('under a key are none where it is not there', async () => {
    expect(await json('{"clients":[{"a":1}],"x":{"users":[{"b":2}]}}', 'users')).toEqual([])
  })
})

describe('CSV', () => {
  it.each([
    ['commas', 'a,b\n1,2\n3,4\n'],
    ['semicolons', 'a;b\r\n1;2\r\n3;4'],
    ['tabs', 'a\tb\n1\t2\n3\t4\n\n'],
    ['a byte order mark', '\ufeffa,b\n1,2\n3,4'],
  ])('is read with %s', async (_, text) => {
    for (const bytes of [1, 2, 100]) {
      expect(await csv(text, bytes)).toEqual([
        [2, { a: '1', b: '2' }],
        [3, { a: '3', b: '4' }],
      ])
    }
  })

  it('may have anything between quotation marks', async () => {
    for (const bytes of [1, 3, 100]) {
      expect(await csv('a,b\n"x, ""y""\nz",2\n"",""\n"€",ä\n', bytes)).toEqual([
        [2, { a: 'x, "y"\nz', b: '2' }],
        [4, { a: '', b: '' }],
        [5, { a: '€', b: 'ä' }],
      ])
    }
  })

  it('may lack cells, and is none that ends in quotation', async () => {
    expect(await csv('a,b\n1\n')).toEqual([[2, { a: '1', b: '' }]])
    await expect(csv('a,b\n1,"2\n')).rejects.toThrow('it ends inside of quotation marks, opened at line 2')
  })
})
