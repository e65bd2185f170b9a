/**
 * Refresh tokens prove themselves: version, key number, family, number and a MAC over them. A forged or damaged one is
 * refused without a trip to the store, and the successor of a token is the same on every node at any time: the next
 * number of its family. The prefix lets secret scanners find leaked ones.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DataKeys } from '../keys/data-keys.ts'
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
  encode(token: RefreshToken): string
  /** Undefined for everything that this house did not make, byte for byte. */
  decode(value: string): RefreshToken | undefined
}

export function createRefreshTokenFormat(keys: DataKeys): RefreshTokenFormat {
  return {
    encode({ family, number }) {
      if (number > MAX_NUMBER) throw new RangeError('a refresh-token family ends at 2^32 rotations')
      const { number: keyNumber, key } = keys.current('refresh')
      const body = Buffer.alloc(BODY_BYTES)
      body.writeUInt8(VERSION, 0)
      body.writeUInt8(keyNumber, 1)
      Buffer.from(family, 'base64url').copy(body, 2)
      body.writeUInt32BE(number, 2 + FAMILY_BYTES)
      return REFRESH_TOKEN_PREFIX + Buffer.concat([body, mac(key, body)]).toString('base64url')
    },
    decode(value) {
      if (!SHAPE.test(value)) return undefined
      const bytes = Buffer.from(value.slice(REFRESH_TOKEN_PREFIX.length), 'base64url')
      const body = bytes.subarray(0, BODY_BYTES)
      const key = body[0] === VERSION ? keys.byNumber('refresh', body.readUInt8(1)) : undefined
      if (key === undefined || !timingSafeEqual(mac(key, body), bytes.subarray(BODY_BYTES))) return undefined
      return {
        family: body.subarray(2, 2 + FAMILY_BYTES).toString('base64url'),
        number: body.readUInt32BE(2 + FAMILY_BYTES),
      }
    },
  }
}

/** 46 bytes are 61 full signs and one that carries two bits more: its last four must be zero, or two texts were one. */
const SHAPE = /^ghr_[A-Za-z0-9_-]{61}[AQgw]$/

const mac = (key: Buffer, body: Buffer): Buffer =>
  createHmac('sha256', hmacKey(key)).update('refresh_token\0').update(body).digest().subarray(0, MAC_BYTES)
