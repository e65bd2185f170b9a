import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NumberedKey } from '../keys/data-keys.ts'
import { createRefreshTokenFormat, type RefreshTokenFormat } from './refresh-token.ts'

const newKey = (number: number): NumberedKey => ({ number, key: randomBytes(32) })
const formatUnder = (living: () => readonly [NumberedKey, ...NumberedKey[]]) =>
  createRefreshTokenFormat({ current: () => living()[0], living })

const [third, fourth] = [newKey(3), newKey(4)]
const format = formatUnder(() => [third])
const family = randomBytes(16).toString('base64url')

/** The token of a number, reached as clients do: one after the other. */
const walk = (one: RefreshTokenFormat, token: string, steps: number): string =>
  steps === 0 ? token : walk(one, one.successor(token) ?? '', steps - 1)

describe('a refresh token', () => {
  it('comes back as what it was made of', () => {
    const first = format.first(family)
    expect(format.decode(first)).toEqual({ family, number: 0 })
    expect(format.decode(walk(format, first, 300))).toEqual({ family, number: 300 })
  })

  it('is the same text whenever and wherever it is made', () => {
    const token = walk(format, format.first(family), 7)
    expect(
      walk(
        formatUnder(() => [third]),
        format.first(family),
        7,
      ),
    ).toBe(token)
    expect(token).toMatch(/^ghr_[\w-]{62}$/)
  })

  it('L-3 has the same successor whatever key is in use by then, on nodes that know of it and on others', () => {
    const token = format.first(family)
    const moments = [() => [third], () => [third, fourth], () => [fourth, third]] as const
    const answers = moments.map((living) => formatUnder(living as () => [NumberedKey]).successor(token))
    expect(new Set(answers)).toEqual(new Set([format.successor(token)]))
  })

  it('of a new family is made with the key in use', () => {
    const both = formatUnder(() => [fourth, third])
    expect(formatUnder(() => [fourth]).decode(both.first(family))).toEqual({ family, number: 0 })
    expect(format.decode(both.first(family))).toBeUndefined()
  })

  it('names the key by one byte: number 260 follows 4, and the one of before is not taken for it', () => {
    const [again, last] = [newKey(260), newKey(259)]
    const later = formatUnder(() => [again, last])
    const token = later.first(family)
    expect(later.decode(later.successor(token) ?? '')).toEqual({ family, number: 1 })
    expect(later.decode(formatUnder(() => [fourth]).first(family))).toBeUndefined()
  })

  it('is refused when any sign of it is another', () => {
    const token = walk(format, format.first(family), 7)
    for (let i = 0; i < token.length; i++) {
      for (const sign of 'AQgwz_-0') {
        if (token[i] === sign) continue
        expect(format.decode(token.slice(0, i) + sign + token.slice(i + 1))).toBeUndefined()
      }
    }
  })

  it.each(['', 'ghr_', 'x'.repeat(66), `ghr_${'A'.repeat(62)}`, 'ghr_\0', '__proto__'])(
    '%j is none, and has no successor',
    (value) => {
      expect(format.decode(value)).toBeUndefined()
      expect(format.successor(value)).toBeUndefined()
    },
  )

  it('made under a key that is gone is refused', () => {
    const token = format.first(family)
    const elsewhere = formatUnder(() => [fourth])
    expect([elsewhere.decode(token), elsewhere.successor(token)]).toEqual([undefined, undefined])
  })

  it('refuses to count past its last number', () => {
    const bytes = Buffer.from(format.first(family).slice(4), 'base64url')
    bytes.writeUInt32BE(2 ** 32 - 1, 18)
    const mac = createHmac('sha256', third.key)
      .update('refresh_token\0')
      .update(bytes.subarray(0, 22))
      .digest()
    mac.copy(bytes, 22, 0, 24)
    const last = `ghr_${bytes.toString('base64url')}`
    expect(format.decode(last)).toEqual({ family, number: 2 ** 32 - 1 })
    expect(() => format.successor(last)).toThrow(RangeError)
  })
})
