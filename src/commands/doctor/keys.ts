import type { OpenDatabase } from '../../../adapters/database.ts'
import type { Config } from '../../config/config.ts'
import { readOrCreateMasterKey } from '../../config/secret-files.ts'
import { dataKeyLives, type JudgedDataKey, judgeDataKeys } from '../../keys/data-key-states.ts'
import { type DataKeys, type DataKeysUse, loadDataKeys } from '../../keys/data-keys.ts'
import { createDataKeysRepository, type DataKeysRepository } from '../../keys/data-keys-repository.ts'
import { createFieldSealer } from '../../keys/field-seal.ts'
import { createMasterKeys, type MasterKeys } from '../../keys/master-keys.ts'
import { loadSigningKeys } from '../../keys/signing-keys.ts'
import { createSigningKeysRepository } from '../../keys/signing-keys-repository.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verdict } from './verdict.ts'

/** Whether what is stored opens with the master key; nothing is made or wrapped anew. */
export async function* checkKeys(config: Config, { db }: OpenDatabase): AsyncIterable<Verdict> {
  const repository = readOnly(createDataKeysRepository(db))
  const stored = await repository.read()
  if (stored.keys.length === 0)
    return yield { check: 'keys', status: 'note', message: 'are made at the first start' }
  const given = await masterKeys(config)
  if ('status' in given) return yield given
  const masters = createMasterKeys(given)
  const lives = dataKeyLives(config)
  let keys: DataKeys
  try {
    keys = await loadDataKeys({ repository, masters, lives })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return yield { check: 'keys', status: 'fail', message, exit: EXIT.configuration }
  }
  const living = stored.keys.filter(({ ended }) => ended === undefined)
  yield { check: 'keys', status: 'ok', message: `${living.length} data keys open with the master key` }
  yield* judgeKeys(judgeDataKeys(stored, lives), masters)
  yield* checkSigningKeys(db, keys)
}

/** What an operator has to end some day: copies under master keys of before, and data keys that nothing needs. */
function* judgeKeys(keys: readonly JudgedDataKey[], { ids }: MasterKeys): Iterable<Verdict> {
  const unlisted = keys.flatMap(({ wraps }) => wraps.filter(({ masterId }) => !ids.includes(masterId)))
  if (unlisted.length > 0)
    yield {
      check: 'keys',
      status: 'warn',
      message: `${unlisted.length} copies are under master keys that MASTER_KEY does not list: gatehouse keys rewrap`,
    }
  const due = keys.filter(({ state }) => state === 'due').map(({ purpose, number }) => `${purpose} ${number}`)
  if (due.length > 0)
    yield {
      check: 'keys',
      status: 'note',
      message: `${due.join(', ')} can be retired: gatehouse keys retire`,
    }
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

const readOnly = ({ read }: DataKeysRepository): DataKeysUse['repository'] => ({
  read,
  add: async () => false,
  addWrap: async () => {},
})
