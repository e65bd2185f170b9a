/**
 * A digest of the password, with or without a salt: `$md5$hash`, `$sha256$pf=format$salt$hash`, where the format is base64 of
 * a text such as `{SALT}{PASSWORD}`, and `$hmac-sha256$hash$key`, whose hash is base64 of hexadecimal digits.
 */
import { createHash, createHmac } from 'node:crypto'
import { blank, bytesOf, type ReadOldHash } from './old-hash.ts'

const LENGTHS: Readonly<Record<string, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

const DIGEST = /^(\$(md5|sha1|sha256|sha512)\$(?:pf=([^$]*)\$([^$]*)\$)?)([^$]+)$/

export const readPlainDigest: ReadOldHash = (text) => {
  const [, before = '', hash = '', format, salt = '', encoded = ''] = DIGEST.exec(text) ?? []
  const digest = bytesOf(encoded)
  const [pattern, saltBytes] = [bytesOf(format ?? PASSWORD_ALONE), bytesOf(salt, 0)]
  if (digest?.length !== LENGTHS[hash] || digest === undefined) return undefined
  if (pattern === undefined || saltBytes === undefined || !pattern.includes('{PASSWORD}')) return undefined
  return {
    derive: async (password) =>
      createHash(hash)
        .update(filledIn(pattern, { '{PASSWORD}': password, '{SALT}': saltBytes }))
        .digest(),
    digest,
    weak: true,
    settings: before + blank(encoded),
  }
}

const PASSWORD_ALONE = Buffer.from('{PASSWORD}').toString('base64')

/** By bytes: a salt need not be a text. */
function filledIn(pattern: Buffer, values: Readonly<Record<string, Buffer>>): Buffer {
  const parts = pattern.toString('latin1').split(/(\{PASSWORD\}|\{SALT\})/)
  return Buffer.concat(parts.map((part) => values[part] ?? Buffer.from(part, 'latin1')))
}

const HMAC = /^(\$hmac-(md5|sha1|sha224|sha256|sha384|sha512)\$)([^$]+)(\$([^$]+))$/

export const readHmac: ReadOldHash = (text) => {
  const [, before = '', hash = '', encoded = '', after = '', key = ''] = HMAC.exec(text) ?? []
  const [digest, keyBytes] = [bytesOf(encoded), bytesOf(key)]
  if (digest === undefined || keyBytes === undefined || digest.length !== 2 * (LENGTHS[hash] ?? 0))
    return undefined
  return {
    derive: async (password) => Buffer.from(createHmac(hash, keyBytes).update(password).digest('hex')),
    digest: Buffer.from(digest.toString('latin1').toLowerCase()),
    weak: true,
    settings: before + blank(encoded) + after,
  }
}
