/** LDAP's (RFC 2307, and what became of it): `{SSHA}` with base64 of digest and salt, `{SHA}`, `{SSHA256}`, `{MD5}`, `{SMD5}` … */
import { createHash } from 'node:crypto'
import { bytesOf, type ReadOldHash } from './old-hash.ts'

const SCHEMES: Readonly<Record<string, { hash: string; length: number; salted: boolean }>> = {
  MD5: { hash: 'md5', length: 16, salted: false },
  SMD5: { hash: 'md5', length: 16, salted: true },
  SHA: { hash: 'sha1', length: 20, salted: false },
  SSHA: { hash: 'sha1', length: 20, salted: true },
  SHA256: { hash: 'sha256', length: 32, salted: false },
  SSHA256: { hash: 'sha256', length: 32, salted: true },
  SHA512: { hash: 'sha512', length: 64, salted: false },
  SSHA512: { hash: 'sha512', length: 64, salted: true },
}

export const readSaltedSha: ReadOldHash = (text) => {
  const [, name = '', encoded = ''] = /^\{([A-Z\d]+)\}(.+)$/.exec(text) ?? []
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
  const bytes = bytesOf(encoded)
  if (scheme === undefined || bytes === undefined) return undefined
  const { hash, length, salted } = scheme
  if (salted ? bytes.length <= length : bytes.length !== length) return undefined
  const salt = bytes.subarray(length)
  return {
    derive: async (password) => createHash(hash).update(password).update(salt).digest(),
    digest: bytes.subarray(0, length),
    weak: true,
    settings: `{${name}}${Buffer.concat([Buffer.alloc(length), salt]).toString('base64')}`,
  }
}
