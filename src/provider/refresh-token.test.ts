import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DataKeys } from '../keys/data-keys.ts'
import { createRefreshTokenFormat } from './refresh-token.ts'

const key = randomBytes(32)
const keys: DataKeys = {
  current: () => ({ number: 3, key }),
  byNumber: (_, number) => (number === 3 ? key : undefined),
}
const format = createRefreshTokenFormat(keys)
const family = randomBytes(16).toString('base64url')

describe('a refresh token', () => {
  it('comes back as what it was made of', () => {
    for (const number of [0, 1, 2 ** 32 - 1]) {
      expect(format.decode(format.encode({ family, number }))).toEqual({ family, number })
    }
  })

  it('is the same text whenever and wherever it is made', () => {
    expect(format.encode({ family, number: 7 })).toBe(
      createRefreshTokenFormat(keys).encode({ family, number: 7 }),
    )
    expect(format.encode({ family, number: 7 })).toMatch(/^ghr_[\w-]{62}$/)
  })

  it('is refused when any sign of it is another', () => {
    const token = format.encode({ family, number: 7 })
    for (let i = 0; i < token.length; i++) {
      for (const sign of 'AQgwz_-0') {
        if (token[i] === sign) continue
        expect(format.decode(token.slice(0, i) + sign + token.slice(i + 1))).toBeUndefined()
      }
    }
  })

  it.each(['', 'ghr_', 'x'.repeat(66), `ghr_${'A'.repeat(62)}`, 'ghr_\0', '__proto__'])(
    '%j is none',
    (value) => {
      expect(format.decode(value)).toBeUndefined()
    },
  )

  it('made under a key that is gone is refused', () => {
    const elsewhere = createRefreshTokenFormat({
      current: () => ({ number: 4, key }),
      byNumber: () => undefined,
    })
    expect(format.decode(elsewhere.encode({ family, number: 0 }))).toBeUndefined()
  })

  it('refuses to count past its last number', () => {
    expect(() => format.encode({ family, number: 2 ** 32 })).toThrow(RangeError)
  })
})
