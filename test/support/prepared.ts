/** What many tests begin with, made once in a run by whichever process comes first, and copied by all. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inject } from 'vitest'
import { claimed, copyOf, TEMPLATE } from './databases.ts'

const PATIENCE_MS = 60_000

/** The name of a database that `make` has filled; `folder` is for what it has to write meanwhile. */
export async function preparedDatabase(
  key: object,
  make: (url: string, folder: string) => Promise<void>,
): Promise<string> {
  const name = `prepared_${digest(key)}`
  await once(name, async (folder) => make((await copyOf(TEMPLATE, name)).url, folder))
  return name
}

/** A data folder that `make` has filled. */
export async function preparedFolder(
  key: object,
  make: (dataDir: string, folder: string) => Promise<void>,
): Promise<string> {
  const name = `folder_${digest(key)}`
  const dataDir = join(inject('services').claims, name, 'data')
  await once(name, async (folder) => {
    await cp(inject('services').embeddedTemplate, dataDir, { recursive: true })
    await make(dataDir, folder)
  })
  return dataDir
}

const digest = (key: object): string =>
  createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16)

async function once(name: string, make: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(inject('services').claims, name)
  const [done, failed] = [join(folder, 'done'), join(folder, 'failed')]
  if (claimed(folder)) {
    try {
      await make(folder)
      await writeFile(done, '')
    } catch (error) {
      await writeFile(failed, String(error))
      throw error
    }
  }
  const patience = AbortSignal.timeout(PATIENCE_MS)
  while (!existsSync(done)) {
    if (existsSync(failed) || patience.aborted) throw new Error(`${name} could not be prepared`)
    await delay(20)
  }
}
