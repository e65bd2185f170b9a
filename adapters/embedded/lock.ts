import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { faultIn } from './fault.ts'

const SQLITE_BUSY = 5

/**
 * Takes the lock on a data folder, or gives undefined while another process has it. It is SQLite's lock on an
 * empty file, hence the kernel's: it ends with its process, however that dies. So there is no stale lock to
 * recognise and no process id to guess at, which a new process may have got in the meantime.
 *
 * Nothing else in this process may open that file: POSIX drops a process's locks when any handle is closed.
 */
export function takeLock(path: string): (() => void) | undefined {
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('pragma locking_mode = exclusive; pragma journal_mode = off; begin exclusive')
    chmodSync(path, 0o600)
    return () => file.close()
  } catch (error) {
    file.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw faultIn(path, 'cannot be locked.', error)
  }
}
