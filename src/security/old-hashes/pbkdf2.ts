/** PBKDF2 (RFC 8018 §5.2): `$pbkdf2-sha256$i=600000,l=32$salt$hash`. */
import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { blank, bytesOf, MOST_ROUNDS, type ReadOldHash } from './old-hash.ts'

const PBKDF2 = /^(\$pbkdf2-(sha(?:1|224|256|384|512))\$i=(\d{1,10}),l=\d{1,4}\$([^$]*)\$)([^$]+)$/

/** Bytes that one run of the rounds makes: a longer hash takes them again. */
const BLOCK: Readonly<Record<string, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }
/** Fewer are tried a million times in a second. */
const FEW_ROUNDS = 10_000

const derive = promisify(pbkdf2)

export const readPbkdf2: ReadOldHash = (text) => {
  const [, before = '', hash = '', iterations, salt = '', encoded = ''] = PBKDF2.exec(text) ?? []
  const [saltBytes, digest, rounds] = [bytesOf(salt, 0), bytesOf(encoded, 16), Number(iterations)]
  if (!(rounds > 0) || saltBytes === undefined || digest === undefined) return undefined
  const blocks = Math.ceil(digest.length / (BLOCK[hash] ?? 1))
  if (rounds * blocks > MOST_ROUNDS) return 'too_dear'
  return {
    derive: (password) => derive(password, saltBytes, rounds, digest.length, hash),
    digest,
    weak: rounds < FEW_ROUNDS,
    settings: before + blank(encoded),
  }
}
