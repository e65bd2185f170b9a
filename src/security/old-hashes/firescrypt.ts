/**
 * Firebase's: `$firescrypt$ln=14,r=8,p=1$salt$hash$separator$signer-key`. What scrypt makes of the password is the key by
 * which the project's signer key is encrypted, and that is the hash.
 */
import { createCipheriv } from 'node:crypto'
import { blank, bytesOf, isBearableScrypt, isScrypt, type ReadOldHash, scryptOptions } from './old-hash.ts'
import { deriveScrypt } from './scrypt.ts'

const FIRESCRYPT =
  /^(\$firescrypt\$ln=(\d\d?),r=(\d{1,6}),p=(\d{1,6})\$([^$]*)\$)([^$]+)(\$([^$]*)\$([^$]+))$/

export const readFirescrypt: ReadOldHash = (text) => {
  const [, before = '', ln, r, p, salt = '', hash = '', after = '', separator = '', signer = ''] =
    FIRESCRYPT.exec(text) ?? []
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p) }
  const [saltBytes, separatorBytes] = [bytesOf(salt, 0), bytesOf(separator, 0)]
  const [digest, key] = [bytesOf(hash, 16), bytesOf(signer, 16)]
  if (!isScrypt(cost) || saltBytes === undefined || separatorBytes === undefined) return undefined
  if (digest === undefined || key === undefined || digest.length !== key.length) return undefined
  if (!isBearableScrypt(cost)) return 'too_dear'
  return {
    derive: async (password) => {
      const derived = await deriveScrypt(
        password,
        Buffer.concat([saltBytes, separatorBytes]),
        32,
        scryptOptions(cost),
      )
      const cipher = createCipheriv('aes-256-ctr', derived, Buffer.alloc(16))
      return Buffer.concat([cipher.update(key), cipher.final()])
    },
    digest,
    weak: false,
    settings: before + blank(hash) + after,
  }
}
