import { expect, it } from 'vitest'
import { createCookieSignatures } from './cookie-signatures.ts'

const [first, second] = [{ key: Buffer.alloc(32, 1) }, { key: Buffer.alloc(32, 2) }]
const signatures = createCookieSignatures(() => [first])
const others = createCookieSignatures(() => [second])

it('knows its own signature, of this data, under this key', () => {
  const signature = signatures.sign('gh_session=abc')
  expect(signature).toMatch(/^[\w-]{43}$/)
  expect(signatures.index('gh_session=abc', signature)).toBe(0)
  expect(signatures.verify('gh_session=abc', signature)).toBe(true)
  for (const [data, given] of [
    ['gh_session=abd', signature],
    ['gh_session=abc', signature.slice(1)],
    ['gh_session=abc', ''],
    ['gh_session=abc', others.sign('gh_session=abc')],
  ] as const) {
    expect(signatures.index(data, given)).toBe(-1)
    expect(signatures.verify(data, given)).toBe(false)
  }
})

it('signs under the key in use, and knows signatures under every key that lives', () => {
  let living = [first]
  const changing = createCookieSignatures(() => living)
  const early = changing.sign('gh_session=abc')
  living = [second, first]
  const late = changing.sign('gh_session=abc')
  expect(late).toBe(others.sign('gh_session=abc'))
  expect([early, late].map((signature) => changing.index('gh_session=abc', signature))).toEqual([0, 0])
  living = [second]
  expect([early, late].map((signature) => changing.index('gh_session=abc', signature))).toEqual([-1, 0])
})
