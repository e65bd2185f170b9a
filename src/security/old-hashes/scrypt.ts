/** scrypt (RFC 7914): `$scrypt$ln=16384,r=8,p=1$salt$hash`; `ln` is N or, as PHC strings have it, its logarithm. */
import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import {
  blank,
  bytesOf,
  isBearableScrypt,
  isScrypt,
  type ReadOldHash,
  type ScryptCost,
  scryptOptions,
} from './old-hash.ts'

const SCRYPT = /^(\$scrypt\$ln=(\d{1,10}),r=(\d{1,6}),p=(\d{1,6})\$([^$]*)\$)([^$]+)$/

export const deriveScrypt = promisify<Buffer, Buffer, number, object, Buffer>(scrypt)

export const readScrypt: ReadOldHash = (text) => {
  const [, before = '', ln, r, p, salt = '', hash = ''] = SCRYPT.exec(text) ?? []
  const cost = { N: toN(Number(ln)), r: Number(r), p: Number(p) }
  const [saltBytes, digest] = [bytesOf(salt, 0), bytesOf(hash, 16)]
  if (!isScrypt(cost) || saltBytes === undefined || digest === undefined || digest.length > 128)
    return undefined
  if (!isBearableScrypt(cost)) return 'too_dear'
  return {
    derive: (password) => deriveScrypt(password, saltBytes, digest.length, scryptOptions(cost)),
    digest,
    weak: isWeak(cost),
    settings: before + blank(hash),
  }
}

const toN = (ln: number): number => (ln < 64 ? 2 ** ln : ln)

/** 16 MB is what its author asked for in 2009. */
const isWeak = ({ N, r }: ScryptCost): boolean => N * r < 2 ** 14 * 8
