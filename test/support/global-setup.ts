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
    }
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const claims = await mkdtemp(join(tmpdir(), 'gatehouse-claims-'))
  const tearDown = async (): Promise<void> => {
    await Promise.all([postgres.stop(), redis.stop(), rm(claims, { recursive: true })])
  }
  try {
    await makeTemplate(postgres.url)
  } catch (error) {
    await tearDown()
    throw error
  }
  project.provide('services', { postgresUrl: postgres.url, redisUrl: redis.url, claims })
  return tearDown
}

async function makeTemplate(server: string): Promise<void> {
  await onServer(server, `create database ${TEMPLATE}`)
  const url = new URL(server)
  url.pathname = TEMPLATE
  const database = await openDatabase({ url: url.href, dataDir: '', poolMax: 1 })
  try {
    await migrate(database)
  } finally {
    await database.close()
  }
}
