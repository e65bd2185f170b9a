import { expect, it } from 'vitest'
import { mergeSession } from './merge-session.ts'

const loaded = { loginTs: 1, amr: ['pwd'], authorizations: { web: { sid: 'a' } } }

it('keeps what each of two has added', () => {
  const ours = { ...loaded, authorizations: { web: { sid: 'a' }, app: { sid: 'b' } } }
  const theirs = {
    ...loaded,
    authorizations: { web: { sid: 'a' }, own: { sid: 'c' } },
    state: { secret: 's' },
  }
  expect(mergeSession(loaded, ours, theirs)).toEqual({
    ...loaded,
    authorizations: { web: { sid: 'a' }, app: { sid: 'b' }, own: { sid: 'c' } },
    state: { secret: 's' },
  })
})

it('leaves out what either has taken away', () => {
  const without = { loginTs: 1, amr: ['pwd'], authorizations: {} }
  const other = { ...loaded, loginTs: 2 }
  const merged = { loginTs: 2, amr: ['pwd'], authorizations: {} }
  expect(mergeSession(loaded, without, other)).toEqual(merged)
  expect(mergeSession(loaded, other, without)).toEqual(merged)
})

it('takes ours of what both have changed, and begins with nothing', () => {
  expect(mergeSession({ a: 1 }, { a: 2 }, { a: 3 })).toEqual({ a: 2 })
  expect(mergeSession({}, { authorizations: { x: {} } }, { authorizations: { y: {} } })).toEqual({
    authorizations: { x: {}, y: {} },
  })
})
