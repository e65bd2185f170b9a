/** The algorithms of crypt(3): MD5's by Poul-Henning Kamp, SHA-2's by Ulrich Drepper ("Unix crypt using SHA-256 and SHA-512"). */
import { createHash } from 'node:crypto'

/** Which byte of the digest stands where in the text. */
export const MD5_ORDER: readonly number[] = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11]

export const SHA256_ORDER: readonly number[] = [
  20, 10, 0, 11, 1, 21, 2, 22, 12, 23, 13, 3, 14, 4, 24, 5, 25, 15, 26, 16, 6, 17, 7, 27, 8, 28, 18, 29, 19,
  9, 30, 31,
]

export const SHA512_ORDER: readonly number[] = [
  42, 21, 0, 1, 43, 22, 23, 2, 44, 45, 24, 3, 4, 46, 25, 26, 5, 47, 48, 27, 6, 7, 49, 28, 29, 8, 50, 51, 30,
  9, 10, 52, 31, 32, 11, 53, 54, 33, 12, 13, 55, 34, 35, 14, 56, 57, 36, 15, 16, 58, 37, 38, 17, 59, 60, 39,
  18, 19, 61, 40, 41, 20, 62, 63,
]

const inOrder = (bytes: Buffer, order: readonly number[]): Buffer =>
  Buffer.from(order.map((place) => bytes[place] ?? 0))

const digest = (hash: string, parts: readonly Uint8Array[]): Buffer => {
  const running = createHash(hash)
  for (const part of parts) running.update(part)
  return running.digest()
}

/** As many bytes of it, over and over, as are asked for. */
const repeated = (bytes: Buffer, length: number): Buffer =>
  length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes)

/** The bits of a number from the lowest on. */
function bits(value: number): boolean[] {
  const all: boolean[] = []
  for (let left = value; left > 0; left = left >> 1) all.push((left & 1) === 1)
  return all
}

const ROUNDS_OF_MD5 = 1000

export function md5Crypt(password: Uint8Array, saltText: string): Buffer {
  const salt = Buffer.from(saltText)
  const other = digest('md5', [password, salt, password])
  const odd = bits(password.length).map((bit) => (bit ? Buffer.alloc(1) : password.subarray(0, 1)))
  let bytes = digest('md5', [password, Buffer.from('$1$'), salt, repeated(other, password.length), ...odd])
  for (let round = 0; round < ROUNDS_OF_MD5; round++)
    bytes = digest('md5', mixed(round, bytes, password, salt))
  return inOrder(bytes, MD5_ORDER)
}

/** What goes into one round, in both kinds. */
const mixed = (round: number, before: Uint8Array, password: Uint8Array, salt: Uint8Array): Uint8Array[] => [
  round % 2 === 1 ? password : before,
  ...(round % 3 === 0 ? [] : [salt]),
  ...(round % 7 === 0 ? [] : [password]),
  round % 2 === 1 ? before : password,
]

export function shaCrypt(
  hash: 'sha256' | 'sha512',
  password: Uint8Array,
  saltText: string,
  rounds: number,
): Buffer {
  const salt = Buffer.from(saltText)
  const other = digest(hash, [password, salt, password])
  const alternating = bits(password.length).map((bit) => (bit ? other : password))
  let bytes = digest(hash, [password, salt, repeated(other, password.length), ...alternating])
  const longPassword = repeated(
    digest(
      hash,
      Array.from({ length: password.length }, () => password),
    ),
    password.length,
  )
  const longSalt = repeated(
    digest(
      hash,
      Array.from({ length: 16 + (bytes[0] ?? 0) }, () => salt),
    ),
    salt.length,
  )
  for (let round = 0; round < rounds; round++)
    bytes = digest(hash, mixed(round, bytes, longPassword, longSalt))
  return inOrder(bytes, hash === 'sha256' ? SHA256_ORDER : SHA512_ORDER)
}
