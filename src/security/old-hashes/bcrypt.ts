/**
 * bcrypt: `$2b$12$…`, also behind another hash, as Django (`bcrypt_sha256$$2b$…`) and WordPress since 6.8 (`$wp$2y$…`)
 * have it. It reads 72 bytes and no more: at the first sign-in here whoever knows these gets in, and what they typed is
 * the password from then on, every byte of it.
 */
import { createHash, createHmac } from 'node:crypto'
import type { ReadOldHash } from './old-hash.ts'

/** A second and a half of a core. */
const MOST_COST = 14

const BCRYPT =
  /^(?<before>|bcrypt_sha256\$|\$wp)(?<salt>\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z\d]{22})(?<digest>[./A-Za-z\d]{31})$/

export const readBcrypt: ReadOldHash = (text) => {
  const { before = '', salt = '', cost, digest = '' } = BCRYPT.exec(text)?.groups ?? {}
  if (cost === undefined || Number(cost) < 4) return undefined
  if (Number(cost) > MOST_COST) return 'too_dear'
  return {
    derive: async (password, inThread) =>
      Buffer.from(await inThread({ kind: 'bcrypt', password: hashedBefore(before, password), salt })),
    digest: Buffer.from(digest),
    weak: false,
    settings: before + salt + '.'.repeat(digest.length),
  }
}

function hashedBefore(how: string, password: Buffer): string {
  if (how === 'bcrypt_sha256$') return createHash('sha256').update(password).digest('hex')
  if (how === '$wp')
    return createHmac('sha384', 'wp-sha384').update(password.toString().trim()).digest('base64')
  return password.toString()
}
