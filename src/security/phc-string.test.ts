import { describe, expect, it } from 'vitest'
import { readPhc } from './phc-string.ts'

const SALT = 'c29tZXNhbHQ'
const HASH = 'nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
const phc = (parameters: string, salt = SALT, hash = HASH): string =>
  `$argon2id$v=19$${parameters}$${salt}$${hash}`

describe('a PHC string', () => {
  it.each(['m=19456,t=2,p=1', 'm=19456,p=1,t=2', 'p=1,t=2,m=19456'])(
    'says its cost in any order: %s',
    (p) => {
      expect(readPhc(phc(p))).toEqual({ memoryKiB: 19456, passes: 2, parallelism: 1 })
    },
  )

  it.each([
    ['4 GiB of memory', phc('m=4194304,t=2,p=1')],
    ['more memory than a number holds', phc('m=99999999999999999999,t=2,p=1')],
    ['a thousand passes', phc('m=19456,t=1000,p=1')],
    ['two hundred lanes', phc('m=19456,t=2,p=200')],
    ['no passes', phc('m=19456,t=0,p=1')],
    ['less memory than its lanes need', phc('m=8,t=2,p=4')],
  ])('A-412 that asks for %s is refused', (_, hostile) => {
    expect(readPhc(hostile)).toBeUndefined()
  })

  it.each([
    ['another algorithm', phc('m=64,t=2,p=1').replace('argon2id', 'argon2i')],
    ['the old version', phc('m=64,t=2,p=1').replace('v=19', 'v=16')],
    ['bcrypt', '$2b$12$abcdefghijklmnopqrstuuJ4Q1U1g1g1g1g1g1g1g1g1g1g1g1g1g'],
    ['a parameter twice', phc('m=64,m=64,t=2')],
    ['a parameter too many', phc('m=64,t=2,p=1,t=2')],
    ['a leading zero', phc('m=064,t=2,p=1')],
    ['a short salt', phc('m=64,t=2,p=1', 'c29tc2FsdA')],
    ['a salt that is no base64', phc('m=64,t=2,p=1', 'c29tZXNhb!Q')],
    ['a salt with loose bits', phc('m=64,t=2,p=1', 'c29tZXNhbHR')],
    ['a short hash', phc('m=64,t=2,p=1', SALT, 'AAAA')],
    ['something behind', `${phc('m=64,t=2,p=1')}\n`],
    ['nothing', ''],
    ['10 kB', phc('m=64,t=2,p=1', SALT, 'A'.repeat(10_000))],
  ])('with %s is none of ours', (_, other) => {
    expect(readPhc(other)).toBeUndefined()
  })
})
