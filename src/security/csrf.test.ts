import { describe, expect, it } from 'vitest'
import { createCsrf } from './csrf.ts'

const [first, second] = [{ key: Buffer.alloc(32, 1) }, { key: Buffer.alloc(32, 2) }]
const csrf = createCsrf(() => [first])
const token = csrf.token('interaction/1')

describe('the hidden csrf field', () => {
  it('is good for what it was made for, as often as it comes', () => {
    expect(csrf.check('interaction/1', token)).toBe(true)
    expect(csrf.check('interaction/1', token)).toBe(true)
  })

  it('looks fresh on every page, and every one of them is good', () => {
    const another = csrf.token('interaction/1')
    expect(another).not.toBe(token)
    expect(csrf.check('interaction/1', another)).toBe(true)
  })

  it('is made with the key in use, and good under every key that lives', () => {
    let living = [first]
    const changing = createCsrf(() => living)
    const early = changing.token('interaction/1')
    living = [second, first]
    const late = changing.token('interaction/1')
    expect([changing.check('interaction/1', early), changing.check('interaction/1', late)]).toEqual([
      true,
      true,
    ])
    living = [second]
    expect([changing.check('interaction/1', early), changing.check('interaction/1', late)]).toEqual([
      false,
      true,
    ])
  })

  it.each([
    ['for another interaction', csrf.token('interaction/2')],
    ['of another house', createCsrf(() => [second]).token('interaction/1')],
    ['with its first character changed', `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`],
    ['cut', token.slice(0, 85)],
    ['with something added', `${token}A`],
    ['of zeros', 'A'.repeat(86)],
    ['empty', ''],
    ['missing', undefined],
    ['sent twice', [token, token]],
    ['of another type', { toString: () => token }],
  ])('A-134 is refused when it is %s', (_, received) => {
    expect(csrf.check('interaction/1', received)).toBe(false)
  })
})
