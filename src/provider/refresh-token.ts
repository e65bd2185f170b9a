/**
 * Refresh tokens prove themselves: version, key number, family, number and a MAC over them. A forged or damaged one is
 * refused without a trip to the store, and the successor of a token is the same on every node at any time, whatever key
 * is in use by then: the next number of its family, under the token's own key. The prefix lets secret scanners find
 * leaked ones.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DataKeys, NumberedKey } from '../keys/data-keys.ts'
import { hmacKey } from '../security/keyed-hash.ts'

export const REFRESH_TOKEN_PREFIX = 'ghr_'
const VERSION = 1
const FAMILY_BYTES = 16
const BODY_BYTES = 1 + 1 + FAMILY_BYTES + 4
const MAC_BYTES = 24
const MAX_NUMBER = 0xffff_ffff

export interface RefreshToken {
  /** 16 random bytes, base64url: the id of the grant that the family belongs to. */
  family: string
  /** 0 for the first token of a family, one more at each rotation. */
  number: number
}

export interface RefreshTokenFormat {
  /** The first token of a family, under the key in use: the family keeps that key. */
  first(family: string): string
  /** Undefined for what can't be decoded (any longer). */
  successor(value: string): string | undefined
  /** Undefined for everything that this house did not make, byte for byte. */
  decode(value: string): RefreshToken | undefined
}

export function createRefreshTokenFormat(keys: Pick<DataKeys, 'current' | 'living'>): RefreshTokenFormat {
  const read = (value: string): (RefreshToken & { madeWith: NumberedKey }) | undefined => {
    if (!SHAPE.test(value)) return undefined
    const bytes = Buffer.from(value.slice(REFRESH_TOKEN_PREFIX.length), 'base64url')
    const body = bytes.subarray(0, BODY_BYTES)
    const sign = body.readUInt8(1)
    const madeWith =
      body[0] === VERSION ? keys.living('refresh').find(({ number }) => signOf(number) === sign) : undefined
    if (madeWith === undefined || !timingSafeEqual(mac(madeWith.key, body), bytes.subarray(BODY_BYTES)))
      return undefined
    return {
      family: body.subarray(2, 2 + FAMILY_BYTES).toString('base64url'),
      number: body.readUInt32BE(2 + FAMILY_BYTES),
      madeWith,
    }
  }
  return {
    first: (family) => write({ family, number: 0 }, keys.current('refresh')),
    successor: (value) => {
      const token = read(value)
      return token && write({ family: token.family, number: token.number + 1 }, token.madeWith)
    },
    decode: (value) => {
      const token = read(value)
      return token && { family: token.family, number: token.number }
    },
  }
}

function write({ family, number }: RefreshToken, { number: keyNumber, key }: NumberedKey): string {
  if (number > MAX_NUMBER) throw new RangeError('a refresh-token family ends at 2^32 rotations')
  const body = Buffer.alloc(BODY_BYTES)
  body.writeUInt8(VERSION, 0)
  body.writeUInt8(signOf(keyNumber), 1)
  Buffer.from(family, 'base64url').copy(body, 2)
  body.writeUInt32BE(number, 2 + FAMILY_BYTES)
  return REFRESH_TOKEN_PREFIX + Buffer.concat([body, mac(key, body)]).toString('base64url')
}

/** A token has one byte for its key. Of those that live no two share it (`rotate-data-key.ts` sees to that). */
const signOf = (keyNumber: number): number => keyNumber % 256

/** 46 bytes are 61 full signs and one that carries two bits more: its last four must be zero, or two texts were one. */
const SHAPE = /^ghr_[A-Za-z0-9_-]{61}[AQgw]$/

const mac = (key: Buffer, body: Buffer): Buffer =>
  createHmac('sha256', hmacKey(key)).update('refresh_token\0').update(body).digest().subarray(0, MAC_BYTES)
