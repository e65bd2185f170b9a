/**
 * A password hash that another system made. The spellings are those of Ory Kratos, in which every system's settings can be
 * written down; `respell.ts` brings others into them. Each is verified until its person signs in once, and is argon2id
 * from then on.
 */
export interface OldHash {
  /** What a password becomes by these settings. */
  derive(password: Buffer, inThread: InThread): Promise<Buffer>
  /** What it must become. */
  digest: Buffer
  /** Quickly guessed by whoever has it: it must not rest in the store as it is. */
  weak: boolean
  /** The same text with zeros for the digest. */
  settings: string
}

/** Undefined: of another kind, or broken. `too_dear`: each sign-in with it would hold the others up. */
export type ReadOldHash = (text: string) => OldHash | 'too_dear' | undefined

/** What is computed in JavaScript, and would stall everybody. */
export type SlowTask =
  | { kind: 'bcrypt'; password: string; salt: string }
  | { kind: 'phpass'; password: Uint8Array; salt: string; rounds: number }
  | { kind: 'md5-crypt'; password: Uint8Array; salt: string }
  | { kind: 'sha-crypt'; hash: 'sha256' | 'sha512'; password: Uint8Array; salt: string; rounds: number }

export type InThread = (task: SlowTask) => Promise<Uint8Array>

/** Of scrypt; as for argon2. */
const MOST_MEMORY = 256 * 1024 * 1024
/** About a second of a core: scrypt's N·r·p, and the rounds of an HMAC. */
const MOST_MIXING = 2 ** 21
export const MOST_ROUNDS = 2_000_000

export interface ScryptCost {
  N: number
  r: number
  p: number
}

export const isBearableScrypt = ({ N, r, p }: ScryptCost): boolean =>
  128 * N * r <= MOST_MEMORY && N * r * p <= MOST_MIXING

/** N is a power of two above 1 (RFC 7914 §2). */
export const isScrypt = ({ N, r, p }: ScryptCost): boolean =>
  N > 1 && Math.log2(N) % 1 === 0 && r > 0 && p > 0

/** What OpenSSL asks for besides, not to refuse what is allowed. */
export const scryptOptions = (cost: ScryptCost) => ({ ...cost, maxmem: 2 * MOST_MEMORY })

const BASE64 = /^[A-Za-z\d+/_-]*={0,2}$/

/** Of base64 in both alphabets, padded or not: exporters differ. */
export function bytesOf(text: string, least = 1): Buffer | undefined {
  if (!BASE64.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length >= least ? bytes : undefined
}

/** A base64 digest of zeros, of the same length. */
export const blank = (digest: string): string => digest.replaceAll(/[^=]/g, 'A')
