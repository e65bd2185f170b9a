/**
 * What may stand in a credential as its hash: argon2id of ours; another argon2 or another system's hash, verified until its
 * person signs in; or argon2id over what another system's hash would be, where that alone would be guessed quickly.
 */
import type { OldHash } from './old-hashes/old-hash.ts'
import { readOldHash } from './old-hashes/registry.ts'
import { respell } from './old-hashes/respell.ts'
import { type Argon2Cost, readAnyPhc, readPhc } from './phc-string.ts'

export type StoredPassword =
  | { kind: 'argon2'; cost: Argon2Cost; ours: boolean }
  | { kind: 'old'; old: OldHash }
  | { kind: 'over'; old: OldHash; phc: string }

/** Undefined for what can't be verified; `too_dear`: not in a time that others could bear. */
export function readStored(text: string): StoredPassword | 'too_dear' | undefined {
  const argon2 = readAnyPhc(text)
  if (argon2 !== undefined) return argon2 === 'too_dear' ? argon2 : { kind: 'argon2', ...argon2 }
  const [, settings = '', phc = ''] = OVER.exec(text) ?? []
  if (phc === '') {
    const old = readOldHash(text)
    return old === undefined || old === 'too_dear' ? old : { kind: 'old', old }
  }
  const old = readOldHash(Buffer.from(settings, 'base64url').toString())
  return readPhc(phc) === undefined || old === undefined || old === 'too_dear'
    ? undefined
    : { kind: 'over', old, phc }
}

const OVER = /^\$over\$([\w-]+)(\$argon2id\$.+)$/

/** Whether a hash from elsewhere, in whatever spelling, can be taken over. */
export function examineForeign(foreign: string): 'fine' | 'unknown' | 'too_dear' {
  const stored = readStored(respell(foreign))
  if (stored === undefined) return 'unknown'
  return stored === 'too_dear' ? 'too_dear' : 'fine'
}

/** `phc` is of the old hash's digest. */
export const overText = (settings: string, phc: string): string =>
  `$over$${Buffer.from(settings).toString('base64url')}${phc}`

export function isVerifiable(text: string): boolean {
  const stored = readStored(text)
  return stored !== undefined && stored !== 'too_dear'
}
