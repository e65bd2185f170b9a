/** phpass, WordPress's until 6.8: `$P$B`, eight letters of salt and a digest in an alphabet of its own; phpBB writes `$H$`. */
import { CRYPT_ALPHABET, fromCrypt64 } from './crypt64.ts'
import type { ReadOldHash } from './old-hash.ts'

const PHPASS = /^(\$[PH]\$([./A-Za-z\d])([./A-Za-z\d]{8}))([./A-Za-z\d]{22})$/
/** Seven is its own least. */
const LEAST = 7
const MOST = 18

export const readPhpass: ReadOldHash = (text) => {
  const [, before = '', cost = '', salt = '', encoded = ''] = PHPASS.exec(text) ?? []
  const log2 = CRYPT_ALPHABET.indexOf(cost)
  if (encoded === '' || log2 < LEAST) return undefined
  if (log2 > MOST) return 'too_dear'
  return {
    derive: async (password, inThread) =>
      Buffer.from(await inThread({ kind: 'phpass', password, salt, rounds: 2 ** log2 })),
    digest: fromCrypt64(encoded, 16),
    weak: true,
    settings: before + '.'.repeat(encoded.length),
  }
}
