import { expect, it } from 'vitest'
import { createCookieSignatures } from './cookie-signatures.ts'

const signatures = createCookieSignatures(Buffer.alloc(32, 1))
const others = createCookieSignatures(Buffer.alloc(32, 2))

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
