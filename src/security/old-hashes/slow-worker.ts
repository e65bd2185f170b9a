/** The thread of old hashes that are computed in JavaScript. */
import { createHash } from 'node:crypto'
import { hashSync } from 'bcryptjs'
import { serveWork } from '../worker-pool.ts'
import type { SlowTask } from './old-hash.ts'
import { md5Crypt, shaCrypt } from './unix-crypt-rounds.ts'

/** A bcrypt text ends in its digest. */
const DIGEST_LETTERS = 31

await serveWork<undefined, SlowTask, Uint8Array>(async () => (task) => {
  if (task.kind === 'bcrypt') return Buffer.from(hashSync(task.password, task.salt).slice(-DIGEST_LETTERS))
  if (task.kind === 'phpass') return phpass(task)
  if (task.kind === 'md5-crypt') return md5Crypt(task.password, task.salt)
  return shaCrypt(task.hash, task.password, task.salt, task.rounds)
})

function phpass({ password, salt, rounds }: Extract<SlowTask, { kind: 'phpass' }>): Buffer {
  let bytes = createHash('md5').update(salt).update(password).digest()
  for (let left = rounds; left > 0; left--) bytes = createHash('md5').update(bytes).update(password).digest()
  return bytes
}
