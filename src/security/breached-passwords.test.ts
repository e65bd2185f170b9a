import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { includesHash } from './breached-file.ts'
import { createBreachedPasswords } from './breached-passwords.ts'
import type { OutboundAnswer, OutboundRequest } from './outbound-fetch.ts'

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase()
const hashes = Array.from({ length: 5000 }, (_, n) => sha1(`known-${n}`)).toSorted()

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-breached-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileOf(text: string): Promise<string> {
  const path = join(folder, crypto.randomUUID())
  await writeFile(path, text)
  return path
}

describe('a file of hashes', () => {
  it.each([
    ['with counts', (hash: string, n: number) => `${hash}:${n * n * n}`, '\r\n', ''],
    ['bare', (hash: string) => hash, '\n', '\n'],
    ['in small letters', (hash: string) => hash.toLowerCase(), '\n', '\n'],
  ])('%s: each one is found, and no other', async (_, line, end, last) => {
    const path = await fileOf(hashes.map(line).join(end) + last)
    const some = [0, 1, 77, 78, 79, 2499, 2500, 4998, 4999]
    const found = await Promise.all(some.map((n) => includesHash(path, hashes[n] ?? '')))
    expect(found).toEqual(some.map(() => true))
    const others = await Promise.all(
      Array.from({ length: 200 }, (_, n) => includesHash(path, sha1(`other-${n}`))),
    )
    expect(others).not.toContain(true)
    expect(await includesHash(path, '0'.repeat(40))).toBe(false)
    expect(await includesHash(path, 'F'.repeat(40))).toBe(false)
  })

  it.each([
    ['nothing', ''],
    ['passwords', 'password\n123456\n'.repeat(1000)],
    ['one line without end', 'A'.repeat(100_000)],
  ])('is none when it holds %s', async (_, text) => {
    await expect(includesHash(await fileOf(text), sha1('x'))).rejects.toThrow('known passwords')
  })
})

describe('the list of known passwords', () => {
  const told: string[] = []
  const answering = (answer: OutboundAnswer, asked: [string, OutboundRequest | undefined][] = []) =>
    createBreachedPasswords({
      list: { kind: 'api', url: 'https://list.example/range/' },
      outboundFetch: async (url, request) => {
        asked.push([url.href, request])
        return answer
      },
      onChecked: (result) => told.push(result),
      onFailed: (error) => told.push(String(error)),
    })
  const ok = (lines: string[], status = 200): OutboundAnswer => ({
    ok: true,
    status,
    headers: {},
    body: Buffer.from(lines.join('\r\n')),
  })
  const rest = sha1('password').slice(5)

  it('is asked by five digits, and hides in others', async () => {
    const asked: [string, OutboundRequest | undefined][] = []
    const isBreached = answering(ok([`${rest}:3`]), asked)
    expect(await isBreached('password')).toBe(true)
    expect(asked).toEqual([
      [
        'https://list.example/range/5BAA6',
        { headers: { 'add-padding': 'true', 'user-agent': 'gatehouse' }, withinMs: 1000 },
      ],
    ])
    expect(told.splice(0)).toEqual(['found'])
  })

  it.each([
    ['others', [`${sha1('other').slice(5)}:7`]],
    ['the same as padding', [`${rest}:0`]],
    ['nothing', []],
  ])('does not have what it answers %s for', async (_, lines) => {
    expect(await answering(ok(lines))('password')).toBe(false)
    expect(told.splice(0)).toEqual(['clean'])
  })

  it.each([
    ['is away', { ok: false, reason: 'timeout' } as const],
    ['has a fault', ok([], 500)],
    ['knows no such thing', ok([`${rest}:3`], 404)],
  ])('keeps nobody from a password when it %s, and somebody hears of it', async (_, answer) => {
    expect(await answering(answer)('password')).toBe(false)
    expect(told.splice(0)).toEqual(['failed', expect.stringMatching(/^Error: the list/)])
  })
})
