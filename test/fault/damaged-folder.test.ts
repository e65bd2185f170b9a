import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DataFolderFault } from '../../adapters/embedded/fault.ts'
import {
  copyFolder,
  fingerprintOf,
  freshFolder,
  livedInFolder,
  openFolder,
  peopleIn,
  useFolder,
} from '../support/folders.ts'

/** Root may write everywhere; as nobody it meets the same walls as others. */
const NOBODY = 65_534

// Databases are made, opened and killed here, some at once: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** To copy from: a start from nothing takes seconds. */
let livedIn: string
let dataDir: string

beforeAll(async () => {
  livedIn = await livedInFolder()
})
afterAll(() => rmSync(livedIn, { recursive: true }))

function takeCopy(): void {
  dataDir = freshFolder()
  copyFolder(livedIn, dataDir)
}
const leaveIt = (): void => rmSync(dataDir, { recursive: true })

const remove = (path: string): void => rmSync(path, { recursive: true })
const cut = (path: string): void => truncateSync(path, 100)
const empty = (path: string): void => truncateSync(path, 0)
const zero = (path: string): void => writeFileSync(path, Buffer.alloc(statSync(path).size))
function flip(path: string): void {
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60)
  writeFileSync(path, bytes)
}
function replaceByFile(path: string): void {
  remove(path)
  writeFileSync(path, '')
}

async function refusesNaming(words: string): Promise<void> {
  const refusal = await openFolder(dataDir).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(DataFolderFault)
  expect(String(refusal)).toContain(words)
}

describe('F-182 a damaged folder is refused by the name of the file, and left as it is', () => {
  // Being left as it is, one folder serves them all.
  beforeAll(takeCopy)
  afterAll(leaveIt)

  /** What was harmed is put back for whoever comes next. */
  async function refusesUntouched(words: string, ...harmed: string[]): Promise<void> {
    const before = fingerprintOf(dataDir)
    await refusesNaming(words)
    expect(fingerprintOf(dataDir)).toBe(before)
    for (const file of harmed) {
      rmSync(join(dataDir, file), { recursive: true, force: true })
      cpSync(join(livedIn, file), join(dataDir, file), { recursive: true })
    }
  }

  test.each([
    ['missing', 'pg/PG_VERSION', remove],
    ['empty', 'pg/PG_VERSION', empty],
    ['zeroed', 'pg/PG_VERSION', zero],
    ['missing', 'pg/global/pg_control', remove],
    ['cut short', 'pg/global/pg_control', cut],
    ['zeroed', 'pg/global/pg_control', zero],
    ['empty', 'pg/postgresql.conf', empty],
    ['missing', 'pg/pg_hba.conf', remove],
    ['missing', 'pg/pg_wal', remove],
    ['cut short', 'pg/pg_wal/000000010000000000000001', cut],
    ['missing', 'pg/base/5', remove],
    ['missing', 'pg/base/5/pg_filenode.map', remove],
    ['missing', 'pg/pg_xact', remove],
    ['empty', 'pg/pg_xact/0000', empty],
    ['a file', 'pg', replaceByFile],
  ])('also after a crash. %s: %s', async (_damage, file, harm) => {
    rmSync(join(dataDir, 'pg/seal.json'))
    harm(join(dataDir, file))
    await refusesUntouched(join(dataDir, file), file, 'pg/seal.json')
  })

  test.each([
    ['one bit', 'pg/global/pg_control', flip],
    ['one bit', 'pg/pg_wal/000000010000000000000001', flip],
    ['zeroed', 'pg/base/5/1259', zero],
    ['cut short', 'pg/base/5/1259', cut],
    ['missing', 'pg/base/5/1259', remove],
  ])('when it was closed in order. %s: %s', async (_damage, file, harm) => {
    harm(join(dataDir, file))
    await refusesUntouched(join(dataDir, file), file)
  })

  test('made by another PostgreSQL', async () => {
    writeFileSync(join(dataDir, 'pg/PG_VERSION'), '17\n')
    await refusesUntouched('PG_VERSION belongs to PostgreSQL 17', 'pg/PG_VERSION')
  })
})

describe('F-182 after a crash, PostgreSQL’s own recovery finds what is damaged', () => {
  let paths: Record<string, string>
  beforeAll(async () => {
    takeCopy()
    const database = await openFolder(dataDir)
    const { rows } = await database.pool.query<{ name: string; path: string }>(
      `select relname as name, pg_relation_filepath(oid) as path from pg_class where relname like 'people%'`,
    )
    await database.close()
    leaveIt()
    paths = Object.fromEntries(rows.map(({ name, path }) => [name, path]))
  })
  beforeEach(() => {
    takeCopy()
    rmSync(join(dataDir, 'pg/seal.json'))
  })
  afterEach(leaveIt)

  test.each([
    ['one bit', 'pg/global/pg_control', flip, 'incorrect checksum in control file'],
    ['zeroed', 'pg/pg_wal/000000010000000000000001', zero, 'could not locate a valid checkpoint record'],
    ['one bit', 'pg/base/5/1259', flip, 'invalid page in block 0 of relation "base/5/1259"'],
  ])('%s: %s', async (_damage, file, harm, words) => {
    harm(join(dataDir, file))
    await refusesNaming(words)
  })

  test.each([
    ['a table of ours, missing', 'people', remove],
    ['an index of ours, empty', 'people_pkey', empty],
  ])('%s', async (_damage, relation, harm) => {
    const path = paths[relation] ?? ''
    harm(join(dataDir, 'pg', path))
    await refusesNaming(path)
  })
})

describe('a folder that was changed on purpose opens', () => {
  beforeEach(takeCopy)
  afterEach(leaveIt)

  test('with an edited configuration', async () => {
    appendFileSync(join(dataDir, 'pg/postgresql.conf'), "\nwork_mem = '8MB'\n")
    expect(await peopleIn(dataDir)).toEqual(['Ada'])
  })

  test('once its seal was removed', async () => {
    const cache = join(dataDir, 'pg/global/pg_internal.init')
    rmSync(cache)
    await refusesNaming(`remove ${join(dataDir, 'pg/seal.json')}`)
    rmSync(join(dataDir, 'pg/seal.json'))
    expect(await peopleIn(dataDir)).toEqual(['Ada'])
  })
})

describe('F-182 a folder that is not ours to use is refused', () => {
  beforeEach(() => {
    dataDir = freshFolder()
  })
  afterEach(leaveIt)

  test('a file in its place', async () => {
    const file = join(dataDir, 'file')
    writeFileSync(file, 'precious')
    await expect(openFolder(file)).rejects.toThrow(`${file} is not a folder`)
    expect(readFileSync(file, 'utf8')).toBe('precious')
  })

  test('somebody else’s', async () => {
    const folder = process.geteuid?.() === 0 ? dataDir : '/usr'
    if (folder === dataDir) chownSync(folder, 12_345, 12_345)
    await expect(openFolder(folder)).rejects.toThrow(/belongs to user \d+, and Gatehouse runs as user \d+/)
  })

  test('one that can only be read', async () => {
    const asRoot = process.geteuid?.() === 0
    if (asRoot) chownSync(dataDir, NOBODY, NOBODY)
    chmodSync(dataDir, 0o500)
    const starting = useFolder(dataDir, 'server', 'hold', asRoot ? [String(NOBODY)] : [])
    expect(await starting.report()).toEqual({ refused: `${dataDir} cannot be written to.` })
    await starting.leave()
    chmodSync(dataDir, 0o700)
  })

  test.each(['master.key', 'demo.json'])(
    'F-184 one where %s tells of a database that is gone',
    async (sign) => {
      writeFileSync(join(dataDir, sign), 'kept')
      await expect(openFolder(dataDir)).rejects.toThrow(`${join(dataDir, 'pg')} is missing, though ${sign}`)
      expect(existsSync(join(dataDir, 'pg'))).toBe(false)
      expect(readFileSync(join(dataDir, sign), 'utf8')).toBe('kept')
    },
  )
})
