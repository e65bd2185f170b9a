import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { hash as referenceHash, verify as referenceVerify } from 'argon2'
import { beforeAll, describe, expect, it } from 'vitest'
import { createPasswordHasher, type PasswordHasher, type PasswordHasherOptions } from './password-hash.ts'

const cheap: PasswordHasherOptions = {
  memoryKiB: 64,
  passes: 1,
  parallelism: 1,
  concurrency: 2,
  maxWaiting: 100,
  maxWaitMs: 60_000,
}
const run = promisify(execFile)
const accepted = { ok: true, rehash: false }
const wrong = { ok: false, rehash: false }

/** A program in which the optional dependency is what the test says. */
const withFastEngine = (source: string): string => `
  import { registerHooks } from 'node:module'
  registerHooks({
    load: (url, context, next) =>
      url.includes('/@node-rs/argon2/')
        ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(source)} }
        : next(url, context),
  })
  const { createPasswordHasher } = await import(${JSON.stringify(import.meta.resolve('./password-hash.ts'))})
  const hasher = await createPasswordHasher(${JSON.stringify(cheap)})
  const verdict = await hasher.verify(await hasher.hash('password'), 'password')
  console.log(JSON.stringify({ engine: hasher.engine, ...verdict }))
`

const CUTTING_AT_NUL = `
  import * as whole from 'argon2'
  const cut = (password) => password.subarray(0, password.includes(0) ? password.indexOf(0) : undefined)
  export const hash = (password, cost) => whole.hash(cut(password), cost)
  export const verify = (phc, password) => whole.verify(phc, cut(password))
`

let hasher: PasswordHasher
beforeAll(async () => {
  hasher = await createPasswordHasher(cheap)
})

describe('a password hash', () => {
  it('is an argon2id PHC string of the configured cost, with a salt of its own', async () => {
    const phc = await hasher.hash('correct horse')
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
    expect(await hasher.hash('correct horse')).not.toBe(phc)
  })

  it('is verified by the reference, and verifies what the reference made', async () => {
    expect(await referenceVerify(await hasher.hash('correct horse'), 'correct horse')).toBe(true)
    const theirs = await referenceHash('correct horse', { memoryCost: 64, timeCost: 1, parallelism: 1 })
    expect(await hasher.verify(theirs, 'correct horse')).toEqual(accepted)
  })

  it.each([
    ['itself', 'pass word', 'pass word', true],
    ['1024 bytes', 'x'.repeat(1024), 'x'.repeat(1024), true],
    ['another 1024th byte', 'x'.repeat(1024), `${'x'.repeat(1023)}y`, false],
    ['another 73rd byte', `${'x'.repeat(72)}a`, `${'x'.repeat(72)}b`, false],
    ['what stands before a NUL', 'abcdefgh\0ijkl', 'abcdefgh', false],
    ['another text behind a NUL', 'abcdefgh\0ijkl', 'abcdefgh\0ijkm', false],
    ['the same NUL', 'abcdefgh\0ijkl', 'abcdefgh\0ijkl', true],
    ['a leading space less', ' password', 'password', false],
    ['a trailing space less', 'password ', 'password', false],
    ['another case', 'Password', 'password', false],
    ['é, composed and decomposed', 'caf\u00e9 au lait', 'cafe\u0301 au lait', true],
    ['ﬁ, typed as one letter or two', '\ufb01sh and chips', 'fish and chips', true],
  ])('A-409 is compared with %s', async (_, stored, given, ok) => {
    expect(await hasher.verify(await hasher.hash(stored), given)).toMatchObject({ ok })
  })

  it.each([
    ['empty', ''],
    ['1025 bytes', 'x'.repeat(1025)],
    ['1025 bytes in 513 letters', `${'é'.repeat(512)}x`],
    ['short, but too long after NFKC', '\ufdfa'.repeat(300)],
    ['no Unicode text', 'pass\ud800word'],
  ])('A-409 is made of no password that is %s', async (_, password) => {
    const refused = expect.objectContaining({ code: 'bad_request' })
    await expect(hasher.hash(password)).rejects.toEqual(refused)
    await expect(hasher.verify(await hasher.hash('password'), password)).rejects.toEqual(refused)
    await expect(hasher.verifyNobody(password)).rejects.toEqual(refused)
  })

  it('asks to be made anew when it fits and its cost is not today’s', async () => {
    const dearer = await createPasswordHasher({ ...cheap, passes: 2 })
    const old = await hasher.hash('correct horse')
    expect(await dearer.verify(old, 'correct horse')).toEqual({ ok: true, rehash: true })
    expect(await dearer.verify(old, 'wrong horse')).toEqual(wrong)
    expect(await hasher.verify(await dearer.hash('correct horse'), 'correct horse')).toEqual({
      ok: true,
      rehash: true,
    })
  })

  it('A-412 with a hostile cost is refused before any work', async () => {
    const hostile = '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
    await expect(hasher.verify(hostile, 'password')).rejects.toThrow('too much work')
  })
})

describe('the hasher', () => {
  it('works with the fast engine where it loads, after the two agreed', async () => {
    const loads = await import('@node-rs/argon2').then(
      () => true,
      () => false,
    )
    expect(hasher.engine).toBe(loads ? 'node-rs' : 'argon2')
    await expect(hasher.selfCheck()).resolves.toBeUndefined()
  })

  it.each([
    ['node-rs', 'agrees', `export { hash, verify } from 'argon2'`],
    ['argon2', 'is not installed', `throw new Error('not found')`],
    ['argon2', 'accepts anything', `export { hash } from 'argon2'; export const verify = async () => true`],
    ['argon2', 'cuts at a NUL', CUTTING_AT_NUL],
  ])('works with %s when the fast engine %s', async (engine, _, fast) => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', withFastEngine(fast)])
    expect(JSON.parse(stdout)).toEqual({ engine, ...accepted })
  })

  it('A-410 answers busy beyond its line, for names that exist and names that do not', async () => {
    const narrow = await createPasswordHasher({ ...cheap, concurrency: 1, maxWaiting: 1 })
    const phc = await hasher.hash('password')
    const outcomes = await Promise.allSettled([
      narrow.verify(phc, 'password'),
      narrow.verifyNobody('password'),
      narrow.verify(phc, 'password'),
      narrow.verifyNobody('password'),
      narrow.hash('password'),
    ])
    expect(outcomes.map((o) => o.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ])
    for (const o of outcomes.slice(2)) expect(o).toMatchObject({ reason: { code: 'busy' } })
  })

  it('is not made at a cost that no sign-in could bear', async () => {
    await expect(createPasswordHasher({ ...cheap, memoryKiB: 4_194_304 })).rejects.toThrow('cost')
  })
})
