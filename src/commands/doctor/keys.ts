import type { OpenDatabase } from '../../../adapters/database.ts'
import type { Config } from '../../config/config.ts'
import { readOrCreateMasterKey } from '../../config/secret-files.ts'
import { type DataKeys, loadDataKeys } from '../../keys/data-keys.ts'
import { createDataKeysRepository, type DataKeysRepository } from '../../keys/data-keys-repository.ts'
import { createFieldSealer } from '../../keys/field-seal.ts'
import { loadSigningKeys } from '../../keys/signing-keys.ts'
import { createSigningKeysRepository } from '../../keys/signing-keys-repository.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verdict } from './verdict.ts'

/** Whether what is stored opens with the master key; nothing is made or wrapped anew. */
export async function* checkKeys(config: Config, { db }: OpenDatabase): AsyncIterable<Verdict> {
  const repository = readOnly(createDataKeysRepository(db))
  const count = new Set((await repository.wraps()).map(({ purpose, number }) => `${purpose} ${number}`)).size
  if (count === 0) return yield { check: 'keys', status: 'note', message: 'are made at the first start' }
  const masters = await masterKeys(config)
  if ('status' in masters) return yield masters
  let keys: DataKeys
  try {
    keys = await loadDataKeys(repository, masters)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return yield { check: 'keys', status: 'fail', message, exit: EXIT.configuration }
  }
  yield { check: 'keys', status: 'ok', message: `${count} data keys open with the master key` }
  yield* checkSigningKeys(db, keys)
}

async function* checkSigningKeys(db: OpenDatabase['db'], keys: DataKeys): AsyncIterable<Verdict> {
  const check = 'signing keys'
  const repository = createSigningKeysRepository(db)
  const active = await repository.active()
  if (active.length === 0) return yield { check, status: 'note', message: 'are made at the first start' }
  try {
    await loadSigningKeys(repository, createFieldSealer(keys))
    yield {
      check,
      status: 'ok',
      message: active.map(({ alg, kid }) => `${alg} ${kid.slice(0, 8)}`).join(', '),
    }
  } catch {
    yield { check, status: 'fail', message: 'don’t open: they were altered, or sealed under other data keys' }
  }
}

async function masterKeys({ masterKeys, dataDir }: Config): Promise<readonly Buffer[] | Verdict> {
  if (masterKeys !== undefined) return masterKeys
  const file = await readOrCreateMasterKey(dataDir, { mayCreate: false })
  if (file.ok) return file.keys
  const { variable, message } = file.problem
  return { check: 'keys', status: 'fail', message: `${variable} ${message}`, exit: EXIT.configuration }
}

const readOnly = ({ wraps }: DataKeysRepository): DataKeysRepository => ({
  wraps,
  addFirst: async () => {},
  addWrap: async () => {},
})
