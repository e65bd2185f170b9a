/**
 * Authenticated encryption for what is stored and must be read again: version ‖ nonce ‖ ciphertext ‖ tag,
 * AES-256-GCM (NIST SP 800-38D). The additional data names the place (table, row, column), so that a
 * ciphertext moved to another row does not open. Nonces are random: one key may seal 2^32 times (§8.3).
 */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES

/** Changed, cut, moved to another place, or sealed under another key: which, is not told. */
export class SealBroken extends Error {
  constructor(cause?: unknown) {
    super('The sealed value does not open with this key in this place.', cause === undefined ? {} : { cause })
    this.name = 'SealBroken'
  }
}

export function seal(key: Buffer, plaintext: Buffer, aad: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, createSecretKey(key), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(boundTo(aad))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, ciphertext, cipher.getAuthTag()])
}

export function open(key: Buffer, sealed: Buffer, aad: string): Buffer {
  if (sealed.length < HEAD_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw new SealBroken()
  const tagAt = sealed.length - TAG_BYTES
  const nonce = sealed.subarray(1, HEAD_BYTES)
  const decipher = createDecipheriv(ALGORITHM, createSecretKey(key), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(aad))
  decipher.setAuthTag(sealed.subarray(tagAt))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES, tagAt)), decipher.final()])
  } catch (error) {
    throw new SealBroken(error)
  }
}

/** The version is authenticated with the place: a later format can't be passed off as this one. */
const boundTo = (aad: string): Buffer => Buffer.concat([Buffer.of(VERSION), Buffer.from(aad)])
