import { expect, test } from 'vitest'
import { requestId } from './request-id.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const chosen = (headers: Record<string, string | string[]>) => requestId(headers, () => 'fresh')

test.each(['a', 'abc-123', '0190b5c2-7d3e-7c2a-9e6b-2f1d4c8a7b60', 'x'.repeat(64)])('takes over %s', (id) => {
  expect(chosen({ 'x-request-id': id })).toBe(id)
})

test.each(['', 'x'.repeat(65), 'a b', 'a\r\nb', '<script>', 'a, b', 'é', '../x', '"'])(
  'does not take over %j',
  (id) => {
    expect(chosen({ 'x-request-id': id })).toBe('fresh')
  },
)

test('the caller’s id goes before its trace', () => {
  expect(chosen({ 'x-request-id': 'mine', traceparent: `00-${TRACE}-${PARENT}-01` })).toBe('mine')
  expect(chosen({ 'x-request-id': 'no good', traceparent: `00-${TRACE}-${PARENT}-01` })).toBe(TRACE)
})

test('a later version of the trace header may say more', () => {
  expect(chosen({ traceparent: `cc-${TRACE}-${PARENT}-01` })).toBe(TRACE)
  expect(chosen({ traceparent: `cc-${TRACE}-${PARENT}-01-what-comes` })).toBe(TRACE)
})

test.each([
  ['version ff', `ff-${TRACE}-${PARENT}-01`],
  ['version 00 with more', `00-${TRACE}-${PARENT}-01-x`],
  ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
  ['a zero trace', `00-${'0'.repeat(32)}-${PARENT}-01`],
  ['a zero parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['a short trace', `00-${TRACE.slice(1)}-${PARENT}-01`],
  ['no flags', `00-${TRACE}-${PARENT}`],
  ['a line end behind', `00-${TRACE}-${PARENT}-01\n`],
])('an invalid trace is none: %s', (_, traceparent) => {
  expect(chosen({ traceparent })).toBe('fresh')
})

test('a fresh one has the shape of a trace id and is never the same', () => {
  const ids = Array.from({ length: 100 }, () => requestId({}))
  expect(ids.filter((id) => !/^[\da-f]{32}$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(100)
})
