import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NumberedKey } from '../keys/data-keys.ts'
import { createSentCodes } from './sent-codes.ts'

const keyOf = (number: number): NumberedKey => ({ number, key: randomBytes(32) })
const [OLD, NEW] = [keyOf(1), keyOf(2)]
const withKeys = (...living: NumberedKey[]) =>
  createSentCodes({ current: () => living[0] ?? NEW, living: () => living })

const codes = withKeys(OLD)
const sent = { asked: 'event-1', sub: 'ada', to: 'ada@example.com' }

describe('a code that is sent', () => {
  it('has six digits, each as often as another, zeros in front included', () => {
    const many = Array.from({ length: 2000 }, (_, n) => codes.of({ ...sent, asked: `event-${n}` }))
    expect(many.every((code) => /^\d{6}$/.test(code))).toBe(true)
    const first = (digit: number) => many.filter((code) => code.startsWith(String(digit))).length
    for (let digit = 0; digit < 10; digit++) expect(Math.abs(first(digit) - 200)).toBeLessThan(100)
  })

  it('is made again of the same, and right as people type it', () => {
    const code = codes.of(sent)
    expect(codes.of({ ...sent })).toBe(code)
    for (const typed of [code, ` ${code.slice(0, 3)} ${code.slice(3)}`, code.replace(/^.../, '$&-')])
      expect(codes.isRight(sent, typed)).toBe(true)
    const wrong = code.replace(/.$/, (last) => String((Number(last) + 1) % 10))
    for (const typed of ['', wrong, code.slice(1), `${code}0`]) expect(codes.isRight(sent, typed)).toBe(false)
  })

  it('A-456 A-466 fits nothing else that was asked, nobody else, and no other address', () => {
    const code = codes.of(sent)
    for (const other of [{ asked: 'event-2' }, { sub: 'bob' }, { to: 'Ada@example.com' }])
      expect(codes.isRight({ ...sent, ...other }, code)).toBe(false)
  })

  it('outlives the key that made it for as long as that lives', () => {
    expect(withKeys(NEW, OLD).isRight(sent, codes.of(sent))).toBe(true)
    expect(withKeys(NEW).isRight(sent, codes.of(sent))).toBe(false)
  })
})
