/** Every kind of old hash: a file, and a line here. */
import { readBcrypt } from './bcrypt.ts'
import { readFirescrypt } from './firescrypt.ts'
import type { OldHash, ReadOldHash } from './old-hash.ts'
import { readPbkdf2 } from './pbkdf2.ts'
import { readPhpass } from './phpass.ts'
import { readHmac, readPlainDigest } from './plain-digests.ts'
import { readSaltedSha } from './salted-sha.ts'
import { readScrypt } from './scrypt.ts'
import { readUnixCrypt } from './unix-crypt.ts'

const KINDS: readonly ReadOldHash[] = [
  readBcrypt,
  readScrypt,
  readFirescrypt,
  readPbkdf2,
  readSaltedSha,
  readPlainDigest,
  readHmac,
  readPhpass,
  readUnixCrypt,
]

/** Longer ones are none, and not worth a look. */
const LONGEST = 2048

/** The first that knows the text; undefined when none does. */
export function readOldHash(text: string): OldHash | 'too_dear' | undefined {
  if (text.length > LONGEST) return undefined
  for (const read of KINDS) {
    const old = read(text)
    if (old !== undefined) return old
  }
  return undefined
}
