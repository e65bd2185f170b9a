/**
 * Keys in layers. The master key (from the environment) only wraps; random data keys, kept wrapped in PostgreSQL,
 * do the work: `pepper` hashes bearer values for look-up, `cookie` signs, `refresh` authenticates refresh tokens,
 * `field` encrypts columns, `audit` stands in for personal values in the audit trail. Whoever has a dump but not the master key has none of them.
 */
import { createHash, randomBytes } from 'node:crypto'
import { open, seal } from '../security/seal.ts'
import type { DataKeysRepository } from './data-keys-repository.ts'
import type { DataKeyPurpose } from './rows.ts'

export const DATA_KEY_PURPOSES: readonly DataKeyPurpose[] = ['pepper', 'cookie', 'refresh', 'field', 'audit']

export interface NumberedKey {
  number: number
  key: Buffer
}

export interface DataKeys {
  /** The key in use: the one with the highest number. */
  current(purpose: DataKeyPurpose): NumberedKey
  byNumber(purpose: DataKeyPurpose, number: number): Buffer | undefined
}

/** No known master key opens the stored data keys: a wrong or lost `MASTER_KEY`. Nothing is made anew over them. */
export class MasterKeyMismatch extends Error {
  constructor(purpose: DataKeyPurpose, number: number) {
    super(
      `MASTER_KEY does not open what this database was set up with (data key ${purpose} ${number}). ` +
        'Give the key it was made with; several may be listed, separated by commas.',
    )
    this.name = 'MasterKeyMismatch'
  }
}

/** Names a master key without telling it. */
export const masterKeyId = (key: Buffer): string =>
  createHash('sha256').update('gatehouse master key\0').update(key).digest('hex').slice(0, 16)

const aad = (purpose: DataKeyPurpose, number: number): string => `data_keys/${purpose}/${number}`

/** Loads the data keys, making number 1 of each purpose at the first start. Safe when several nodes start at once. */
export async function loadDataKeys(
  repository: DataKeysRepository,
  masterKeys: readonly Buffer[],
): Promise<DataKeys> {
  const masters = masterKeys.map((key) => ({ id: masterKeyId(key), key }))
  let wraps = await repository.wraps()
  const missing = DATA_KEY_PURPOSES.filter((purpose) => !wraps.some((w) => w.purpose === purpose))
  for (const purpose of missing) {
    const fresh = randomBytes(32)
    await repository.addFirst(
      purpose,
      masters.map((m) => ({ masterId: m.id, wrapped: seal(m.key, fresh, aad(purpose, 1)) })),
    )
  }
  if (missing.length > 0) wraps = await repository.wraps()

  const keys = new Map<string, NumberedKey[]>()
  for (const { purpose, number } of distinct(wraps)) {
    const own = wraps.filter((w) => w.purpose === purpose && w.number === number)
    const known = masters.flatMap((m) => own.filter((w) => w.master_id === m.id).map((w) => ({ m, w })))[0]
    if (known === undefined) throw new MasterKeyMismatch(purpose, number)
    const key = open(known.m.key, known.w.wrapped, aad(purpose, number))
    for (const m of masters.filter((m) => !own.some((w) => w.master_id === m.id))) {
      await repository.addWrap({
        purpose,
        number,
        master_id: m.id,
        wrapped: seal(m.key, key, aad(purpose, number)),
      })
    }
    keys.set(purpose, [...(keys.get(purpose) ?? []), { number, key }])
  }
  return {
    current: (purpose) => {
      const newest = keys.get(purpose)?.reduce((a, b) => (b.number > a.number ? b : a))
      if (newest === undefined) throw new Error(`no data key for ${purpose}`)
      return newest
    },
    byNumber: (purpose, number) => keys.get(purpose)?.find((k) => k.number === number)?.key,
  }
}

function distinct(wraps: readonly { purpose: DataKeyPurpose; number: number }[]) {
  const seen = new Map(
    wraps.map((w) => [`${w.purpose}/${w.number}`, { purpose: w.purpose, number: w.number }]),
  )
  return [...seen.values()]
}
