/**
 * Two engines for argon2 (RFC 9106). `argon2` is the reference; `@node-rs/argon2` computes the same bytes in half the time
 * and does the work where it loads and the two agree, which is tried once, here. Both are loaded only when an engine is
 * asked for: the reference crashes on an old Node, before anyone could say that Node is too old.
 */
import { type Argon2Cost, readPhc } from './phc-string.ts'

export interface Engine {
  name: 'node-rs' | 'argon2'
  /** argon2id, version 19, as a PHC string. */
  hash(password: Buffer, cost: Argon2Cost): Promise<string>
  verify(phc: string, password: Buffer): Promise<boolean>
}

export async function chooseEngine(): Promise<{ engine: Engine; reference: Engine }> {
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

/** Rejects when an engine fails the published test vector, or it and the reference disagree. */
export async function agree(engine: Engine, reference: Engine): Promise<void> {
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
