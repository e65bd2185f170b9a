/**
 * What outlives a page: that there is a session, its key, and (sign-in by redirect) its refresh token, which is bound to
 * that key. In IndexedDB, as that alone can keep a key that no script can read. Never an access token.
 */
import { own } from './errors.ts'

export interface Stored {
  key?: CryptoKeyPair | undefined
  refreshToken?: string | undefined
}

export interface Store {
  read(): Promise<Stored | undefined>
  /** Nothing: removes it. */
  write(value: Stored | undefined): Promise<void>
}

/** For sessions without a key: nothing of them outlives the page. */
export function createMemory(value?: Stored): Store {
  let kept = value
  return {
    read: async () => kept,
    write: async (next) => {
      kept = next
    },
  }
}

const NAME = 'gatehouse'

export function createStore(name: string): Store {
  const within = async <T>(work: (store: IDBObjectStore) => { readonly result: T }): Promise<T> => {
    try {
      const opening = indexedDB.open(NAME, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(NAME)
      const database = await settled(opening)
      const transaction = database.transaction(NAME, 'readwrite')
      const request = work(transaction.objectStore(NAME))
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve
        transaction.onabort = reject
      })
      database.close()
      return request.result
    } catch (cause) {
      throw own('storage_blocked', { cause })
    }
  }
  return {
    read: () => within((store) => store.get(name)),
    write: async (value) => {
      await within<unknown>((store) => (value ? store.put(value, name) : store.delete(name)))
    },
  }
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
