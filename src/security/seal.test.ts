import { describe, expect, it } from 'vitest'
import { open, SealBroken, seal } from './seal.ts'

const key = Buffer.alloc(32, 1)
const secret = Buffer.from('JBSWY3DPEHPK3PXP')
const sealed = seal(key, secret, 'credentials/1/data')
const reopen = (changed: Buffer): Buffer => open(key, changed, 'credentials/1/data')

describe('a sealed value', () => {
  it('opens with its key in its place', () => {
    expect(reopen(sealed)).toEqual(secret)
    expect(open(key, seal(key, Buffer.alloc(0), ''), '')).toEqual(Buffer.alloc(0))
  })

  it('is never twice the same and shows nothing of what it holds', () => {
    expect(seal(key, secret, 'credentials/1/data')).not.toEqual(sealed)
    expect(sealed.includes(secret)).toBe(false)
  })

  it('is as long as its content, 29 bytes apart: version, nonce, tag', () => {
    expect(sealed).toHaveLength(secret.length + 29)
    expect(sealed[0]).toBe(1)
  })

  it('A-923 does not open in another row', () => {
    expect(() => open(key, sealed, 'credentials/2/data')).toThrow(SealBroken)
  })

  it('does not open with another key', () => {
    expect(() => open(Buffer.alloc(32, 2), sealed, 'credentials/1/data')).toThrow(SealBroken)
  })

  it('does not open when any one bit of it is flipped', () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => reopen(flipped), `bit ${bit}`).toThrow(SealBroken)
    }
  })

  it('does not open when it was cut or grew', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(() => reopen(sealed.subarray(0, length)), `${length} bytes`).toThrow(SealBroken)
    }
    expect(() => reopen(Buffer.concat([sealed, Buffer.of(0)]))).toThrow(SealBroken)
  })
})
