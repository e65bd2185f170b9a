import { open, seal } from '../security/seal.ts'
import type { DataKeys } from './data-keys.ts'

/** Where a ciphertext lives. It is bound to its place: copied elsewhere, it does not open (AAD). */
export interface Place {
  table: string
  row: string
  column: string
}

export interface FieldSealer {
  /** What begins every value that is sealed under the key in use: its number. */
  head(): Buffer
  seal(place: Place, plaintext: string): Buffer
  /** Throws when the value was altered, moved, or sealed under a key that is gone. */
  open(place: Place, sealed: Buffer): string
}

/** Encrypts columns under the data key `field`; the first four bytes tell the key's number. */
export function createFieldSealer(keys: Pick<DataKeys, 'current' | 'byNumber'>): FieldSealer {
  const aad = ({ table, row, column }: Place): string => JSON.stringify([table, row, column])
  const headOf = (number: number): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(number)
    return head
  }
  return {
    head: () => headOf(keys.current('field').number),
    seal(place, plaintext) {
      const { number, key } = keys.current('field')
      return Buffer.concat([headOf(number), seal(key, Buffer.from(plaintext), aad(place))])
    },
    open(place, sealed) {
      const number = sealed.length >= 4 ? sealed.readUInt32BE(0) : 0
      const key = keys.byNumber('field', number)
      if (key === undefined) throw new Error(`no field key ${number} for ${place.table}.${place.column}`)
      return open(key, sealed.subarray(4), aad(place)).toString()
    },
  }
}
