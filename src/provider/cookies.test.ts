import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { CookieSignatures } from '../security/cookie-signatures.ts'
import { cookies } from './cookies.ts'

it('a request that is under way when a key is refused does not sign its cookies with the new one', () => {
  const [first, second] = [{ key: randomBytes(32) }, { key: randomBytes(32) }]
  let [living, request]: [(typeof first)[], object | undefined] = [[first], {}]
  const { keys } = cookies(
    'https://id.example',
    () => living,
    () => request,
  )
  const signatures = keys as unknown as CookieSignatures
  const before = signatures.sign('gh_session=abc')
  living = [second]
  expect(signatures.verify('gh_session=abc', before)).toBe(true)
  const after = signatures.sign('gh_session=abc')
  expect(after).toBe(before)
  for (const next of [{}, undefined]) {
    request = next
    expect(signatures.verify('gh_session=abc', after)).toBe(false)
    expect(signatures.sign('gh_session=abc')).not.toBe(before)
  }
})
