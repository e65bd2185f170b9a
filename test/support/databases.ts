/** Databases of a test's own, on the servers that the run shares. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { inject } from 'vitest'

/** Made and migrated once in a run; every other database is a copy. */
export const TEMPLATE = 'gatehouse_template'

export interface FreshDatabase {
  url: string
  drop(): Promise<void>
}

/** A migrated, empty database. */
export const freshDatabase = (): Promise<FreshDatabase> => copyOf(TEMPLATE)

/** A database like another one, to which nobody may be connected. */
export const copyOf = (template: string, name?: string): Promise<FreshDatabase> =>
  createDatabase(inject('services').postgresUrl, template, name)

/** A database without any table, for those who test the way there. */
export const bareDatabase = (): Promise<FreshDatabase> =>
  createDatabase(inject('services').postgresUrl, 'template0')

async function createDatabase(
  server: string,
  template: string,
  name = `test_${randomBytes(8).toString('hex')}`,
): Promise<FreshDatabase> {
  await onServer(server, `create database ${name} template ${template}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) }
}

export async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/**
 * The address of a Redis database that nobody has used in this run. A number is taken by making a folder,
 * which succeeds once, whichever process tries.
 */
export function freshRedis(): string {
  const { redisUrl, claims } = inject('services')
  for (let number = 1; number < 4_096; number++) {
    if (claimed(join(claims, String(number)))) return `${redisUrl}/${number}`
  }
  throw new Error('every database of the shared Redis has been used in this run')
}

/** Whether this is the first to come for it in the run, whichever process asks. */
export function claimed(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
