/**
 * A process of its own that uses a data folder: `hold` keeps it open until it is told to leave, `write` adds rows
 * to a table, one after the other, and reports each that was acknowledged. With a user's number it becomes that one.
 */
import module from 'node:module'
import type { Role } from '../../adapters/embedded/owner.ts'

// Many of these start at once: they need not all translate the same files.
module.enableCompileCache()
const { openEmbedded } = await import('../../adapters/embedded/storage.ts')
const { Pool } = await import('pg')

const [dataDir = '', role, job, user] = process.argv.slice(2)
// After the imports: nobody may read a checkout in somebody's home.
if (user !== undefined) process.setuid?.(Number(user))
const tell = (message: object): void => void process.send?.(message)

async function writeOn(pool: InstanceType<typeof Pool>): Promise<never> {
  await pool.query('create table if not exists written (n int primary key)')
  const { rows } = await pool.query<{ next: number }>('select coalesce(max(n), 0) + 1 as next from written')
  for (let n = rows[0]?.next ?? 1; ; n++) {
    await pool.query('insert into written values ($1)', [n])
    tell({ written: n })
  }
}

try {
  const storage = await openEmbedded({ dataDir, role: role as Role, onError: () => {} })
  tell({ opened: true })
  if (job === 'write') await writeOn(new Pool(storage.address))
  await new Promise((resolve) => process.once('message', resolve))
  await storage.close()
} catch (error) {
  tell({ refused: error instanceof Error ? error.message : String(error) })
}
process.disconnect()
