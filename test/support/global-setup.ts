/** Starts what all tests of a run share, once, and ends it by process id. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../adapters/database.ts'
import { migrate } from '../../adapters/migrate.ts'
import { onServer, TEMPLATE } from './databases.ts'
import { startPostgres, startRedis } from './services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    services: {
      /** Superuser's address of a throw-away PostgreSQL. */
      postgresUrl: string
      /** A throw-away Redis with 4,096 databases. */
      redisUrl: string
      /** A folder where tests mark which of these databases they have taken. */
      claims: string
      /** A data folder with a migrated, empty database: embedded storage to begin with. */
      embeddedTemplate: string
    }
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const claims = await mkdtemp(join(tmpdir(), 'gatehouse-claims-'))
  const embeddedTemplate = await mkdtemp(join(tmpdir(), 'gatehouse-template-'))
  const tearDown = async (): Promise<void> => {
    const folders = [claims, embeddedTemplate].map((folder) => rm(folder, { recursive: true }))
    await Promise.all([postgres.stop(), redis.stop(), ...folders])
  }
  try {
    await onServer(postgres.url, `create database ${TEMPLATE}`)
    const template = new URL(postgres.url)
    template.pathname = TEMPLATE
    await Promise.all([
      makeTemplate({ url: template.href, dataDir: '' }),
      makeTemplate({ url: undefined, dataDir: embeddedTemplate }),
    ])
  } catch (error) {
    await tearDown()
    throw error
  }
  project.provide('services', { postgresUrl: postgres.url, redisUrl: redis.url, claims, embeddedTemplate })
  return tearDown
}

async function makeTemplate(place: { url: string | undefined; dataDir: string }): Promise<void> {
  const database = await openDatabase({ ...place, poolMax: 1 })
  try {
    await migrate(database)
  } finally {
    await database.close()
  }
}
