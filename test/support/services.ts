/**
 * Real PostgreSQL and Redis for tests, each thrown away after use. The run shares one of each (see
 * `databases.ts`); a test that harms its server starts its own.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { postgresFolder } from './programs.ts'
import { type RunningService, startServer } from './server-process.ts'

export type { RunningService }

const execute = promisify(execFile)

/** `appendfsync`: what it was told survives its death, as a Redis with this setting does it. */
export const startRedis = (appendfsync?: 'always' | 'everysec'): Promise<RunningService> =>
  startServer({
    name: 'redis',
    command: (folder, port) => ({
      file: 'redis-server',
      args: [...redisArguments(folder, port), ...appending(appendfsync)],
    }),
    url: (port) => `redis://127.0.0.1:${port}`,
    probe: probeRedis,
    endBy: 'SIGTERM',
  })

export async function startPostgres(): Promise<RunningService> {
  const bin = postgresFolder()
  if (bin === undefined) throw new Error('PostgreSQL is not installed; "npm test" does that')
  const identity = await postgresIdentity()
  return startServer({
    name: 'postgres',
    prepare: async (folder) => {
      const args = ['-D', join(folder, 'data'), '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync']
      await execute(join(bin, 'initdb'), args, { cwd: folder, ...identity })
    },
    command: (folder, port) => ({ file: join(bin, 'postgres'), args: postgresArguments(folder, port) }),
    ...(identity && { identity }),
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    probe: probePostgres,
    endBy: 'SIGINT',
  })
}

const redisArguments = (folder: string, port: number): string[] =>
  `--port ${port} --bind 127.0.0.1 --databases 4096 --daemonize no`
    .split(' ')
    .concat('--save', '', '--dir', folder)

/** Never rewritten, so that a test knows the file. */
const appending = (appendfsync: string | undefined): string[] =>
  appendfsync === undefined
    ? ['--appendonly', 'no']
    : `--appendonly yes --appendfsync ${appendfsync} --auto-aof-rewrite-percentage 0`.split(' ')

const postgresArguments = (folder: string, port: number): string[] =>
  ['-D', join(folder, 'data'), '-p', String(port)].concat(
    [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'max_connections=200',
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
    ].flatMap((setting) => ['-c', setting]),
  )

async function probeRedis(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.ping()
  } finally {
    client.disconnect()
  }
}

async function probePostgres(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
  } finally {
    await client.end()
  }
}

/** PostgreSQL refuses to run as root. */
async function postgresIdentity(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const idOf = async (flag: string) => Number((await execute('id', [flag, 'postgres'])).stdout)
  return { uid: await idOf('-u'), gid: await idOf('-g') }
}
