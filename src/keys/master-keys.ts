/** What `MASTER_KEY` does: it wraps data keys and opens them again, and nothing else. */
import { createHash } from 'node:crypto'
import { open, seal } from '../security/seal.ts'
import type { Wrap } from './data-keys-repository.ts'
import type { DataKeyPurpose } from './rows.ts'

export interface MasterKeys {
  /** What each of them is called without being told, the first first. */
  ids: readonly string[]
  /** A copy of a data key under each of them. */
  wrap(purpose: DataKeyPurpose, number: number, key: Buffer): Wrap[]
  /** Undefined when none of them made any of the copies; throws when a copy was altered or moved. */
  open(purpose: DataKeyPurpose, number: number, wraps: readonly Wrap[]): Buffer | undefined
}

const idOf = (key: Buffer): string =>
  createHash('sha256').update('gatehouse master key\0').update(key).digest('hex').slice(0, 16)

/** Binds a copy to its place: it opens as no other key. */
const aad = (purpose: DataKeyPurpose, number: number): string => `data_keys/${purpose}/${number}`

export function createMasterKeys(keys: readonly Buffer[]): MasterKeys {
  const masters = keys.map((key) => ({ id: idOf(key), key }))
  return {
    ids: masters.map(({ id }) => id),
    wrap: (purpose, number, key) =>
      masters.map((master) => ({
        masterId: master.id,
        wrapped: seal(master.key, key, aad(purpose, number)),
      })),
    open: (purpose, number, wraps) => {
      for (const { id, key } of masters) {
        const own = wraps.find(({ masterId }) => masterId === id)
        if (own !== undefined) return open(key, own.wrapped, aad(purpose, number))
      }
      return undefined
    },
  }
}
