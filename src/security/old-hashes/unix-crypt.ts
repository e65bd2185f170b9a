/**
 * What /etc/shadow has: `$1$salt$…` (MD5), `$5$…` and `$6$…` (SHA-2, with `rounds=` before the salt), also written
 * `$md5-crypt$`, `$sha256-crypt$` and `$sha512-crypt$`.
 */
import { fromCrypt64 } from './crypt64.ts'
import { MOST_ROUNDS, type ReadOldHash } from './old-hash.ts'
import { MD5_ORDER, SHA256_ORDER, SHA512_ORDER } from './unix-crypt-rounds.ts'

const KINDS = {
  '1': { order: MD5_ORDER, hash: undefined, salt: 8 },
  'md5-crypt': { order: MD5_ORDER, hash: undefined, salt: 8 },
  '5': { order: SHA256_ORDER, hash: 'sha256', salt: 16 },
  'sha256-crypt': { order: SHA256_ORDER, hash: 'sha256', salt: 16 },
  '6': { order: SHA512_ORDER, hash: 'sha512', salt: 16 },
  'sha512-crypt': { order: SHA512_ORDER, hash: 'sha512', salt: 16 },
} as const

const CRYPT =
  /^(\$(1|5|6|md5-crypt|sha256-crypt|sha512-crypt)\$(?:rounds=(\d{1,9})\$)?([^$:\n]*)\$)([./A-Za-z\d]+)$/

const DEFAULT_ROUNDS = 5000
/** A round of SHA-512 here costs as much as twenty of PBKDF2 in C. */
const MOST = MOST_ROUNDS / 20

export const readUnixCrypt: ReadOldHash = (text) => {
  const [, before = '', kind, given, salt = '', encoded = ''] = CRYPT.exec(text) ?? []
  if (kind === undefined) return undefined
  const { order, hash, salt: longest } = KINDS[kind as keyof typeof KINDS]
  if (encoded.length !== Math.ceil((order.length * 4) / 3) || (hash === undefined && given !== undefined))
    return undefined
  const rounds = Math.max(1000, Number(given ?? DEFAULT_ROUNDS))
  if (rounds > MOST) return 'too_dear'
  const cut = salt.slice(0, longest)
  return {
    derive: async (password, inThread) =>
      Buffer.from(
        await inThread(
          hash === undefined
            ? { kind: 'md5-crypt', password, salt: cut }
            : { kind: 'sha-crypt', hash, password, salt: cut, rounds },
        ),
      ),
    digest: fromCrypt64(encoded, order.length),
    weak: rounds < 10_000,
    settings: before + '.'.repeat(encoded.length),
  }
}
