import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { describeStateStore } from '../../adapters/contract.spec.ts'
import type { StoredEvent } from '../../adapters/contract.ts'
import { openDatabase } from '../../adapters/database.ts'
import { migrate } from '../../adapters/migrate.ts'
import { createPostgresState } from '../../adapters/postgres.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-state-'))
const database = await openDatabase({ url: undefined, dataDir, poolMax: 10, role: 'server' })
await migrate(database)
afterAll(async () => {
  await database.close()
  await rm(dataDir, { recursive: true })
})

const inbox = async (): Promise<StoredEvent[]> =>
  (await database.pool.query<StoredEvent>('select id, event as text from event_inbox')).rows

// The second node is what a command beside the server is: a pool of its own on the same socket.
describeStateStore(
  'state in embedded storage',
  async () => {
    const { pool, close } = await openDatabase({ url: undefined, dataDir, poolMax: 4, role: 'command' })
    return { ...createPostgresState(pool), close }
  },
  inbox,
)
