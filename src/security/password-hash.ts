/**
 * Passwords, hashed and verified: argon2id (RFC 9106), kept as PHC strings; and hashes of other systems, verified until
 * they are replaced. Nothing else in the house knows with which engine, or that there are others.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { AppError } from '../shared/app-error.ts'
import { agree, chooseEngine, type Engine } from './argon2-engine.ts'
import { createBoundedQueue, type QueueLimits } from './bounded-queue.ts'
import { equalBytes } from './keyed-hash.ts'
import type { InThread, SlowTask } from './old-hashes/old-hash.ts'
import { respell } from './old-hashes/respell.ts'
import { passwordBytes } from './password-bytes.ts'
import { type Argon2Cost, isBearable, sameCost } from './phc-string.ts'
import { overText, readStored, type StoredPassword } from './stored-password.ts'
import { createWorkerPool } from './worker-pool.ts'

export interface PasswordHasherOptions extends Argon2Cost, Omit<QueueLimits, 'concurrency'> {
  /** Hashes at once; the number of cores unless told otherwise: more only makes each of them slower. */
  concurrency?: number
}

export interface PasswordHasher {
  engine: Engine['name']
  hash(password: string): Promise<string>
  /** `rehash`: it fits, but was made at another cost than today's, or elsewhere. */
  verify(stored: string, password: string): Promise<{ ok: boolean; rehash: boolean }>
  /**
   * The same work for a name that has no password, so that the time tells nothing: with the hash of somebody else, where
   * there is one, so that those who have no account take as long as those who have.
   */
  verifyNobody(password: string, another?: string): Promise<void>
  /** What is to be stored of a hash from elsewhere, in whatever spelling; one that is quickly guessed is hashed over. */
  adopt(foreign: string): Promise<Adopted>
  /** Rejects when the engine fails the published test vector, or it and the reference disagree. */
  selfCheck(): Promise<void>
  close(): Promise<void>
}

export type Adopted = { ok: true; stored: string } | { ok: false; reason: 'unknown' | 'too_dear' }

export async function createPasswordHasher(options: PasswordHasherOptions): Promise<PasswordHasher> {
  const { memoryKiB, passes, parallelism, concurrency = availableParallelism() } = options
  const cost: Argon2Cost = { memoryKiB, passes, parallelism }
  if (!isBearable(cost)) throw new Error('The cost of password hashes is beyond what a sign-in can bear.')
  const { engine, reference } = await chooseEngine()
  const inTurn = createBoundedQueue({ ...options, concurrency })
  const slow = createWorkerPool<SlowTask, Uint8Array>({
    file: new URL('./old-hashes/slow-worker.ts', import.meta.url),
  })
  const use: VerifyUse = { engine, reference, inThread: slow.run }
  const nobody = await engine.hash(randomBytes(32), cost)
  const isOfToday = (stored: StoredPassword): boolean =>
    stored.kind === 'argon2' && stored.ours && sameCost(stored.cost, cost)
  const verify = async (text: string, password: string): Promise<{ ok: boolean; rehash: boolean }> => {
    const bytes = admitted(password)
    const stored = readStored(text)
    if (stored === undefined || stored === 'too_dear')
      throw new Error('A password hash is of no kind that can be verified, or asks for too much work.')
    const today = isOfToday(stored)
    const spellings = today ? [bytes] : spellingsOf(password, bytes)
    const ok = await inTurn(async () => {
      for (const spelling of spellings) if (await fits(use, text, stored, spelling)) return true
      return false
    })
    return { ok, rehash: ok && !today }
  }

  return {
    engine: engine.name,
    hash: async (password) => {
      const bytes = admitted(password)
      return inTurn(() => engine.hash(bytes, cost))
    },
    verify,
    verifyNobody: async (password, another = nobody) => {
      const stored = readStored(another)
      await verify(stored === undefined || stored === 'too_dear' ? nobody : another, password)
    },
    adopt: async (foreign) => {
      const text = respell(foreign)
      const stored = readStored(text)
      if (stored === undefined) return { ok: false, reason: 'unknown' }
      if (stored === 'too_dear') return { ok: false, reason: 'too_dear' }
      if (stored.kind !== 'old' || !stored.old.weak) return { ok: true, stored: text }
      const { digest, settings } = stored.old
      return { ok: true, stored: overText(settings, await inTurn(() => engine.hash(asText(digest), cost))) }
    },
    selfCheck: () => agree(engine, reference),
    close: slow.close,
  }
}

/** Refused before any work is done. */
function admitted(password: string): Buffer {
  const bytes = passwordBytes(password)
  if (typeof bytes === 'string')
    throw new AppError('bad_request', 'A password has 1 to 1024 bytes.', { detail: bytes })
  return bytes
}

/** Elsewhere it was most likely hashed as it was typed. */
function spellingsOf(password: string, normalised: Buffer): Buffer[] {
  const typed = Buffer.from(password)
  return typed.toString() === normalised.toString() ? [normalised] : [typed, normalised]
}

/** One of the engines takes nothing else for a password. */
const asText = (digest: Buffer): Buffer => Buffer.from(digest.toString('base64'))

interface VerifyUse {
  engine: Engine
  reference: Engine
  inThread: InThread
}

async function fits(
  { engine, reference, inThread }: VerifyUse,
  text: string,
  stored: StoredPassword,
  password: Buffer,
): Promise<boolean> {
  if (stored.kind === 'argon2') return (stored.ours ? engine : reference).verify(text, password)
  const derived = await stored.old.derive(password, inThread)
  return stored.kind === 'over'
    ? engine.verify(stored.phc, asText(derived))
    : equalBytes(derived, stored.old.digest)
}
