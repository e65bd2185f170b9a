/**
 * Passwords, hashed and verified: argon2id (RFC 9106), kept as PHC strings. `argon2` is the reference;
 * `@node-rs/argon2` computes the same bytes in half the time and does the work where it loads and the two
 * agree, which is tried once, here. Nothing else in the house knows that there are two. Both are loaded only
 * when a hasher is made: the reference crashes on an old Node, before anyone could say that Node is too old.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { AppError } from '../shared/app-error.ts'
import { createBoundedQueue, type QueueLimits } from './bounded-queue.ts'
import { passwordBytes } from './password-bytes.ts'
import { type Argon2Cost, isBearable, readPhc, sameCost } from './phc-string.ts'

export interface PasswordHasherOptions extends Argon2Cost, Omit<QueueLimits, 'concurrency'> {
  /** Hashes at once; the number of cores unless told otherwise: more only makes each of them slower. */
  concurrency?: number
}

export interface PasswordHasher {
  engine: Engine['name']
  hash(password: string): Promise<string>
  /** `rehash`: it fits, but was made at another cost than today's. */
  verify(phc: string, password: string): Promise<{ ok: boolean; rehash: boolean }>
  /** The same work for a name that has no password, so that the time tells nothing. */
  verifyNobody(password: string): Promise<void>
  /** Rejects when the engine fails the published test vector, or it and the reference disagree. */
  selfCheck(): Promise<void>
}

interface Engine {
  name: 'node-rs' | 'argon2'
  hash(password: Buffer, cost: Argon2Cost): Promise<string>
  verify(phc: string, password: Buffer): Promise<boolean>
}

export async function createPasswordHasher(options: PasswordHasherOptions): Promise<PasswordHasher> {
  const { memoryKiB, passes, parallelism, concurrency = availableParallelism() } = options
  const cost: Argon2Cost = { memoryKiB, passes, parallelism }
  if (!isBearable(cost)) throw new Error('The cost of password hashes is beyond what a sign-in can bear.')
  const { engine, reference } = await chooseEngine()
  const inTurn = createBoundedQueue({ ...options, concurrency })
  const nobody = await engine.hash(randomBytes(32), cost)

  return {
    engine: engine.name,
    hash: async (password) => {
      const bytes = admitted(password)
      return inTurn(() => engine.hash(bytes, cost))
    },
    verify: async (phc, password) => {
      const bytes = admitted(password)
      const asked = readPhc(phc)
      if (asked === undefined) throw new Error('A password hash is not argon2id, or asks for too much work.')
      const ok = await inTurn(() => engine.verify(phc, bytes))
      return { ok, rehash: ok && !sameCost(asked, cost) }
    },
    verifyNobody: async (password) => {
      const bytes = admitted(password)
      await inTurn(() => engine.verify(nobody, bytes))
    },
    selfCheck: () => agree(engine, reference),
  }
}

/** Refused before any work is done. */
function admitted(password: string): Buffer {
  const bytes = passwordBytes(password)
  if (typeof bytes === 'string')
    throw new AppError('bad_request', 'A password has 1 to 1024 bytes.', { detail: bytes })
  return bytes
}

async function chooseEngine(): Promise<{ engine: Engine; reference: Engine }> {
  const reference = await loadReference()
  await agree(reference, reference)
  try {
    const fast = await loadFast()
    await agree(fast, reference)
    return { engine: fast, reference }
  } catch {
    return { engine: reference, reference }
  }
}

/** From the test suite of the reference implementation, phc-winner-argon2. */
const VECTOR = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
const CHEAP: Argon2Cost = { memoryKiB: 64, passes: 1, parallelism: 1 }

async function agree(engine: Engine, reference: Engine): Promise<void> {
  // NUL ends a string in C and nowhere else.
  const password = Buffer.from('päss\0word')
  const cut = Buffer.from('päss')
  const [ours, theirs] = await Promise.all([engine.hash(password, CHEAP), reference.hash(password, CHEAP)])
  const right = await Promise.all([
    engine.verify(VECTOR, Buffer.from('password')),
    engine.verify(theirs, password),
    reference.verify(ours, password),
  ])
  const wrong = await Promise.all([engine.verify(theirs, cut), reference.verify(ours, cut)])
  if (right.includes(false) || wrong.includes(true) || readPhc(ours) === undefined) {
    throw new Error(`The password hashing of ${engine.name} does not compute argon2id as it should.`)
  }
}

async function loadReference(): Promise<Engine> {
  const { argon2id, hash, verify } = await import('argon2')
  return {
    name: 'argon2',
    hash: (password, { memoryKiB, passes, parallelism }) =>
      hash(password, { type: argon2id, memoryCost: memoryKiB, timeCost: passes, parallelism }),
    verify: (phc, password) => verify(phc, password),
  }
}

/** It hashes as argon2id, version 19, unless told otherwise; the self-check would notice. */
async function loadFast(): Promise<Engine> {
  const { hash, verify } = await import('@node-rs/argon2')
  return {
    name: 'node-rs',
    hash: (password, { memoryKiB, passes, parallelism }) =>
      hash(password, { memoryCost: memoryKiB, timeCost: passes, parallelism }),
    verify: (phc, password) => verify(phc, password),
  }
}
