import { describe, expect, it } from 'vitest'
import { refusePassword } from './password-policy.ts'

const ada = { email: 'Ada.Lovelace@example.com', name: 'Ada Lovelace' }

describe('a new password', () => {
  it.each([
    ['eight characters', 'abcdefgh'],
    ['eight letters of another script', 'парольаб'],
    ['spaces only', '        '],
    ['1024 bytes', 'x'.repeat(1024)],
    ['more than the address', 'ada.lovelace@example.com!'],
    ['more than the name', 'Ada Lovelace 1815'],
  ])('may be %s', (_, password) => {
    expect(refusePassword(password, ada)).toBeUndefined()
  })

  it.each([
    ['too_short', 'nothing', ''],
    ['too_short', 'seven characters', 'abcdefg'],
    ['too_short', 'seven emoji, however many bytes', '😀'.repeat(7)],
    ['too_short', 'eight code points that are seven after NFKC', 'abcdefe\u0301'],
    ['too_long', '1025 bytes', 'x'.repeat(1025)],
    ['too_long', 'that only after NFKC', '\ufdfa'.repeat(32)],
    ['not_unicode', 'a lone surrogate', 'abcdefgh\ud800'],
    ['same_as_email', 'the address', 'Ada.Lovelace@example.com'],
    ['same_as_email', 'the address in other letters', 'ＡＤＡ.LOVELACE@EXAMPLE.COM'],
    ['same_as_email', 'what stands before the @', 'ada.lovelace'],
    ['same_as_name', 'the name', 'ada lovelace'],
    ['same_as_name', 'the name with a space behind', 'Ada Lovelace '],
  ])('is refused as %s when it is %s', (reason, _, password) => {
    expect(refusePassword(password, ada)).toBe(reason)
  })

  it('is not compared with a name that is not known', () => {
    expect(refusePassword('undefined', { email: 'ada@example.com', name: undefined })).toBeUndefined()
  })
})
