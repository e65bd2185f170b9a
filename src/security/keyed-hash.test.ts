import { describe, expect, it } from 'vitest'
import { createKeyedHash, equalBytes } from './keyed-hash.ts'

const hash = createKeyedHash(Buffer.alloc(32, 1))

describe('a keyed hash', () => {
  it('is the same for the same domain and value, and 32 bytes long', () => {
    expect(hash('code', 'x')).toEqual(hash('code', 'x'))
    expect(hash('code', 'x')).toHaveLength(32)
  })

  it.each([
    ['another key', createKeyedHash(Buffer.alloc(32, 2))('code', 'x')],
    ['another domain', hash('link', 'x')],
    ['another value', hash('code', 'y')],
    ['a domain that swallows the value', hash('codex', '')],
    ['a value that swallows the domain', hash('', 'codex')],
    ['a separator inside the domain', hash('code:', 'x')],
    ['a separator inside the value', hash('code', ':x')],
  ])('differs with %s', (_, other) => {
    expect(other).not.toEqual(hash('code', 'x'))
  })

  it('is refused a short key', () => {
    expect(() => createKeyedHash(Buffer.alloc(31))).toThrow('32 bytes')
  })
})

describe('comparing bytes', () => {
  it.each([
    ['equal', 'abc', 'abc', true],
    ['different', 'abc', 'abd', false],
    ['longer', 'abc', 'abcd', false],
    ['empty', '', 'a', false],
  ] as const)('%s', (_, a, b, equal) => {
    expect(equalBytes(Buffer.from(a), Buffer.from(b))).toBe(equal)
  })
})
