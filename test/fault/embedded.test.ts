import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { readOwner } from '../../adapters/embedded/owner.ts'
import { StoreAway } from '../../src/shared/app-error.ts'
import {
  copyFolder,
  type FolderProcess,
  freshFolder,
  livedInFolder,
  openFolder,
  peopleIn,
  useFolder,
} from '../support/folders.ts'

// Databases are made, opened and killed here, some at once: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** To copy from: a start from nothing takes seconds. */
let livedIn: string
let folders: string[] = []
let others: FolderProcess[] = []

beforeAll(async () => {
  livedIn = await livedInFolder()
})
afterAll(() => rmSync(livedIn, { recursive: true }))
afterEach(async () => {
  await Promise.all(others.map((other) => other.kill()))
  for (const folder of folders) rmSync(folder, { recursive: true })
  others = []
  folders = []
})

function emptyFolder(): string {
  const folder = freshFolder()
  folders.push(folder)
  return folder
}

function copyOf(original: string): string {
  const copy = emptyFolder()
  copyFolder(original, copy)
  return copy
}

function other(...use: Parameters<typeof useFolder>): FolderProcess {
  const started = useFolder(...use)
  others.push(started)
  return started
}

test('F-181 a first start that is killed again and again, further on each time, is finished by the next', async () => {
  const folder = emptyFolder()
  for (const milestone of ['lock', 'pg.new/PG_VERSION', 'pg.new/global/pg_control', 'pg']) {
    const starting = other(folder, 'server')
    await expect.poll(() => existsSync(join(folder, milestone)), { timeout: 60_000, interval: 5 }).toBe(true)
    await starting.kill()
  }
  const database = await openFolder(folder)
  await database.pool.query('create table people (name text)')
  await database.close()
  expect(await peopleIn(folder)).toEqual([])
})

test('F-181 a process killed while it writes has lost nothing that was acknowledged', async () => {
  const dataDir = copyOf(livedIn)
  for (const rows of [1, 100]) {
    const writer = other(dataDir, 'server', 'write')
    expect(await writer.report()).toEqual({ opened: true })
    let written = 0
    for (let n = 0; n < rows; n++) written = (await writer.report()).written ?? 0
    await writer.kill()

    const database = await openFolder(dataDir)
    const { rows: found } = await database.pool.query('select count(*) as count, max(n) as last from written')
    await database.close()
    expect(found[0].last).toBe(found[0].count)
    expect(found[0].last).toBeGreaterThanOrEqual(written)
  }
})

test('F-183 of six servers that start at once exactly one gets it, and the others say who', async () => {
  const dataDir = copyOf(livedIn)
  const racers = Array.from({ length: 6 }, () => other(dataDir, 'server'))
  const reports = await Promise.all(racers.map(async (racer) => ({ racer, ...(await racer.report()) })))
  const winners = reports.filter((report) => report.opened)
  expect(winners).toHaveLength(1)
  const refusals = new Set(reports.filter((report) => !report.opened).map((report) => report.refused))
  expect([...refusals]).toEqual([
    expect.stringContaining(`is in use by the server with process id ${winners[0]?.racer.pid} `),
  ])
})

describe('while a server has the folder', () => {
  let dataDir: string
  let server: OpenDatabase
  beforeAll(async () => {
    dataDir = freshFolder()
    copyFolder(livedIn, dataDir)
    server = await openFolder(dataDir)
  })
  afterAll(async () => {
    await server?.close()
    rmSync(dataDir, { recursive: true })
  })

  test('everything in it is its owner’s alone', () => {
    const names = ['', 'lock', 'owner.json', 'pg', 'pg/PG_VERSION', 'pg/base/5/1259', 'pg/global/pg_control']
    const openToOthers = names.filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0)
    expect(openToOthers).toEqual([])
  })

  test('commands work beside it, and what they write is there for it', async () => {
    const writer = other(dataDir, 'command', 'write')
    expect(await writer.report()).toEqual({ opened: true })
    expect(await writer.report()).toEqual({ written: 1 })
    const { rows } = await server.pool.query('select n from written where n = 1')
    expect(rows).toHaveLength(1)
    await writer.kill()
  })

  test('a copy of the folder is a folder of its own', async () => {
    const copy = copyOf(dataDir)
    expect(readOwner(copy)).toBeUndefined()
    expect(await peopleIn(copy)).toEqual(['Ada'])
    const command = other(dataDir, 'command')
    expect(await command.report()).toEqual({ opened: true })
    await command.leave()
  })
})

test('commands without a server share the folder among themselves', async () => {
  const dataDir = copyOf(livedIn)
  const commands = Array.from({ length: 3 }, () => other(dataDir, 'command'))
  const reports = await Promise.all(commands.map((command) => command.report()))
  expect(reports).toEqual(commands.map(() => ({ opened: true })))
  await Promise.all(commands.map((command) => command.leave()))
  expect(await peopleIn(dataDir)).toEqual(['Ada'])
})

test('a command that has the folder stays until its guests have left', async () => {
  const dataDir = copyOf(livedIn)
  const owner = other(dataDir, 'command')
  await owner.report()
  const guest = other(dataDir, 'command', 'write')
  expect(await guest.report()).toEqual({ opened: true })
  const left = owner.leave()
  for (let n = 1; n <= 20; n++) expect(await guest.report()).toEqual({ written: n })
  await guest.kill()
  await left
})

test('a server waits for a command that has the folder', async () => {
  const dataDir = copyOf(livedIn)
  const command = other(dataDir, 'command')
  await command.report()
  const server = openFolder(dataDir)
  await command.leave()
  await (await server).close()
})

test('F-183 the folder of a killed server is free at once, though its note names a process that lives', async () => {
  const dataDir = copyOf(livedIn)
  const server = other(dataDir, 'server')
  await server.report()
  await server.kill()
  const note = JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8'))
  writeFileSync(join(dataDir, 'owner.json'), JSON.stringify({ ...note, pid: process.ppid }))
  expect(await peopleIn(dataDir)).toEqual(['Ada'])
})

test('a path too long for a socket gets one elsewhere, which goes with its owner', async () => {
  const deep = join(emptyFolder(), 'd'.repeat(120))
  mkdirSync(deep)
  copyFolder(livedIn, deep)
  const database = await openFolder(deep)
  const place = readOwner(deep)?.socketFolder ?? ''
  expect(place.startsWith(tmpdir())).toBe(true)
  expect(statSync(place).mode & 0o777).toBe(0o700)
  const guest = await openDatabase({ url: undefined, dataDir: deep, poolMax: 1 })
  expect((await guest.pool.query('select name from people')).rows).toEqual([{ name: 'Ada' }])
  await guest.close()
  await database.close()
  expect(existsSync(place)).toBe(false)
})

describe('a database that collapses', () => {
  /** Takes its log away, which PostgreSQL does not survive. */
  async function collapse(dataDir: string, errors: unknown[]) {
    const database = await openFolder(dataDir, (error) => errors.push(error))
    renameSync(join(dataDir, 'pg/pg_wal'), join(dataDir, 'pg_wal'))
    const outcome = await database.pool.query('select pg_switch_wal()').catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(StoreAway)
    return database
  }

  test('is reported and, once it can be, opened again', async () => {
    const dataDir = copyOf(livedIn)
    const errors: unknown[] = []
    const database = await collapse(dataDir, errors)
    await expect.poll(() => errors).toContainEqual(expect.any(StoreAway))
    renameSync(join(dataDir, 'pg_wal'), join(dataDir, 'pg/pg_wal'))
    const ask = () => database.pool.query('select name from people')
    const people = () =>
      ask().then(
        ({ rows }) => rows,
        () => [],
      )
    await expect.poll(people, { timeout: 60_000 }).toEqual([{ name: 'Ada' }])
    await database.close()
  })

  test('is not made anew where its folder is gone', async () => {
    const dataDir = copyOf(livedIn)
    const errors: unknown[] = []
    const database = await collapse(dataDir, errors)
    rmSync(join(dataDir, 'pg'), { recursive: true })
    const told = () => errors.map((error) => (error instanceof Error ? String(error.cause) : '')).join()
    await expect.poll(told, { timeout: 60_000 }).toContain('pg/PG_VERSION cannot be read')
    await database.close()
    expect(existsSync(join(dataDir, 'pg'))).toBe(false)
  })
})
