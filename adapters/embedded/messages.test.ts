import { expect, test } from 'vitest'
import { closeStatement, createPacketReader, query, renameStatement, sync } from './messages.ts'

const startup = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0])
const encryption = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const cancel = Buffer.from([0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 1])

const typed = (type: string, body: string): Buffer => {
  const bytes = Buffer.from(`${type}____${body}`)
  bytes.writeInt32BE(bytes.length - 1, 1)
  return bytes
}

test('packets are the same however the stream was cut', () => {
  const stream = Buffer.concat([encryption, startup, query('select 1'), sync()])
  for (const size of [1, 2, 3, 5, 7, 1_000]) {
    const read = createPacketReader()
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, n) =>
      stream.subarray(n * size, n * size + size),
    )
    expect(chunks.flatMap((chunk) => read(chunk))).toEqual([
      { kind: 'encryption' },
      { kind: 'startup' },
      { kind: 'message', type: 'Q', bytes: query('select 1') },
      { kind: 'message', type: 'S', bytes: sync() },
    ])
  }
})

test('a request to cancel is known as such', () => {
  expect(createPacketReader()(cancel)).toEqual([{ kind: 'cancel' }])
})

test.each([
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n')],
  ['a length of nothing', Buffer.concat([startup, Buffer.from([81, 0, 0, 0, 0])])],
  ['a negative length', Buffer.concat([startup, Buffer.from([81, 255, 255, 255, 255])])],
])('%s is refused', (_what, bytes) => {
  expect(() => createPacketReader()(bytes)).toThrow('not the PostgreSQL protocol')
})

const rename = (name: string): string => `7.${name}`

test.each([
  ['P', 'find\0select 1\0\0\0', '7.find\0select 1\0\0\0'],
  ['B', 'portal\0find\0\0\0', 'portal\x007.find\0\0\0'],
  ['B', '\0find\0\0\0', '\x007.find\0\0\0'],
  ['D', 'Sfind\0', 'S7.find\0'],
  ['C', 'Sfind\0', 'S7.find\0'],
])('the statement’s name in %s is changed, and the length with it', (type, before, after) => {
  expect(renameStatement(type, typed(type, before), rename)).toEqual(typed(type, after))
})

test.each([
  ['P', '\0select 1\0\0\0'],
  ['B', 'portal\0\0\0\0'],
  ['D', 'Pportal\0'],
  ['E', 'portal\0\0\0\0\0'],
  ['Q', 'find\0'],
])('%s without a statement’s name stays as it is', (type, body) => {
  expect(renameStatement(type, typed(type, body), rename)).toEqual(typed(type, body))
})

test('closing a statement is written as the protocol has it', () => {
  expect(closeStatement('find')).toEqual(typed('C', 'Sfind\0'))
})
