import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readOrCreateMasterKey } from './secret-files.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-secret-files-'))
afterAll(() => rmSync(root, { recursive: true }))

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

function folderWith(name: string, text?: string, fileMode = 0o600): string {
  const folder = join(root, name)
  mkdirSync(folder, { mode: 0o700 })
  if (text !== undefined) writeFileSync(join(folder, 'master.key'), text, { mode: fileMode })
  return folder
}

test('the first start makes folder and key, readable by nobody else', async () => {
  const folder = join(root, 'deep', 'first')
  const made = await readOrCreateMasterKey(folder, { mayCreate: true })
  expect(made).toMatchObject({ ok: true, created: true, warnings: [] })
  expect([mode(folder), mode(join(folder, 'master.key'))]).toEqual(['700', '600'])
  expect(readdirSync(folder)).toEqual(['master.key'])
  const text = made.ok ? made.keys[0]?.toString('base64') : undefined
  expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(`${text}\n`)
})

test('a later start reads the same key', async () => {
  const folder = folderWith('later')
  const first = await readOrCreateMasterKey(folder, { mayCreate: true })
  const later = await readOrCreateMasterKey(folder, { mayCreate: false })
  expect(later).toEqual({ ...first, created: false })
})

test('starters at the same moment agree on one key', async () => {
  const folder = join(root, 'race')
  const found = await Promise.all(
    Array.from({ length: 20 }, () => readOrCreateMasterKey(folder, { mayCreate: true })),
  )
  const keys = found.map((one) => (one.ok ? one.keys[0]?.toString('hex') : one.problem.message))
  expect(new Set(keys).size).toBe(1)
  expect(found.filter((one) => one.ok && one.created)).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['master.key'])
})

test('F-184 a missing key is not replaced where there is data', async () => {
  const folder = folderWith('missing')
  const result = await readOrCreateMasterKey(folder, { mayCreate: false })
  expect(result).toMatchObject({ ok: false, problem: { variable: 'MASTER_KEY' } })
  expect(result.ok ? '' : result.problem.message).toContain(
    `${join(folder, 'master.key')}, and that file is missing`,
  )
  expect(readdirSync(folder)).toEqual([])
})

const KEY = Buffer.alloc(32, 'the key').toString('base64')

test.each([
  ['empty', ''],
  ['truncated', KEY.slice(0, 30)],
  ['zero', `${Buffer.alloc(32).toString('base64')}\n`],
  ['garbled', `${KEY.slice(0, -2)}?=`],
  ['binary', '\u0000'.repeat(32)],
])('A-916 a file that is %s is refused by name and left as it is', async (name, text) => {
  const folder = folderWith(name, text)
  for (const mayCreate of [true, false]) {
    const result = await readOrCreateMasterKey(folder, { mayCreate })
    expect(result.ok ? '' : result.problem.message).toContain(join(folder, 'master.key'))
    expect(JSON.stringify(result)).not.toContain(KEY.slice(0, 20))
  }
  expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(text)
})

test('a folder in the key’s place is refused', async () => {
  const folder = folderWith('not-a-file')
  mkdirSync(join(folder, 'master.key'))
  expect(await readOrCreateMasterKey(folder, { mayCreate: true })).toMatchObject({ ok: false })
})

test('several keys in the file are the list that MASTER_KEY may be', async () => {
  const older = Buffer.alloc(32, 'older').toString('base64')
  const result = await readOrCreateMasterKey(folderWith('list', `${KEY},${older}\n`), { mayCreate: false })
  expect(result.ok ? result.keys.map((key) => key.toString('base64')) : []).toEqual([KEY, older])
})

test('A-916 wider modes are warned of, file and folder', async () => {
  const folder = folderWith('open', KEY, 0o644)
  chmodSync(folder, 0o755)
  const result = await readOrCreateMasterKey(folder, { mayCreate: false })
  expect(result.ok ? result.warnings : []).toEqual([
    `${folder} is open to others (mode 0755): chmod 0700 it`,
    `${join(folder, 'master.key')} is open to others (mode 0644): chmod 0600 it`,
  ])
})

test('a place where no folder can be made is told', async () => {
  const file = join(folderWith('blocked', KEY), 'master.key')
  expect(await readOrCreateMasterKey(file, { mayCreate: true })).toMatchObject({ ok: false })
})
