import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { freshDatabase } from './databases.ts'
import { copyFolder, freshFolder } from './folders.ts'

/** As many as a server has by default: what comes at once shall meet in the database. */
const AT_ONCE = { poolMax: 20 }

interface Opened {
  database: OpenDatabase
  end(): Promise<void>
}

async function openServer(): Promise<Opened> {
  const fresh = await freshDatabase()
  const database = await openDatabase({ url: fresh.url, dataDir: '', ...AT_ONCE })
  return { database, end: () => database.close().then(fresh.drop) }
}

async function openEmbedded(): Promise<Opened> {
  const folder = freshFolder()
  copyFolder(inject('services').embeddedTemplate, folder)
  const database = await openDatabase({ url: undefined, dataDir: folder, role: 'server', ...AT_ONCE })
  return { database, end: () => database.close().then(() => rm(folder, { recursive: true })) }
}

/** The same laws for tables of ours on PostgreSQL and on embedded storage: migrated, and empty at first. */
export function onBothDatabases(tests: (database: () => OpenDatabase) => void): void {
  for (const [name, open] of [
    ['PostgreSQL', openServer],
    ['embedded storage', openEmbedded],
  ] as const) {
    describe(`on ${name}`, () => {
      let opened: Opened | undefined
      beforeAll(async () => {
        opened = await open()
      })
      afterAll(() => opened?.end())
      tests(() => {
        if (opened === undefined) throw new Error('the database is not open')
        return opened.database
      })
    })
  }
}
