/**
 * What somebody is about to enrol, until they have shown that it works. It lies in short-lived state under the keyed hash
 * of its holder, sealed: one of each kind for each holder, the newest. It is taken once.
 */
import type { ArtifactStore, JsonObject } from '../../adapters/contract.ts'

/** The keys that one pepper makes: `provider/handles.ts`. */
export interface Sealing {
  key(kind: string, value: string): string
  seal(kind: string, value: string, plaintext: string): string
  open(kind: string, value: string, sealed: string): string
}

export interface PendingUse {
  store: Pick<ArtifactStore, 'put' | 'replace' | 'get'>
  /** Under which peppers it may be, the one in use first. */
  peppers: () => readonly Sealing[]
}

export interface Pending {
  /** In the place of what the holder had before. */
  put(kind: PendingKind, holder: string, held: string): Promise<void>
  read(kind: PendingKind, holder: string): Promise<string | undefined>
  /** As `take`, in the place of what is held. */
  change(kind: PendingKind, holder: string, held: string, to: string): Promise<boolean>
  /** True for exactly one of any number of callers at once, and only while this is still what is held. */
  take(kind: PendingKind, holder: string, held: string): Promise<boolean>
}

export type PendingKind = 'totp' | 'sms-code' | 'recovery-codes' | 'identity'

const MODEL = 'Pending'
/** Ms. */
export const PENDING_LIFE = 10 * 60 * 1000
/** What was taken, for as long as somebody might come for it again. */
const TAKEN: JsonObject = { sealed: '' }

export function createPending({ store, peppers }: PendingUse): Pending {
  const find = async (kind: PendingKind, holder: string) => {
    const value = `${kind} ${holder}`
    for (const under of peppers()) {
      const key = under.key(MODEL, value)
      const payload = (await store.get(MODEL, key))?.payload
      if (payload === undefined) continue
      const sealed = String(payload['sealed'])
      return sealed === ''
        ? undefined
        : { under, key, value, payload, held: under.open(MODEL, value, sealed) }
    }
    return undefined
  }
  return {
    put: async (kind, holder, held) => {
      const [under] = peppers()
      if (under === undefined) throw new Error('there is no pepper')
      const value = `${kind} ${holder}`
      const payload = { sealed: under.seal(MODEL, value, held) }
      await store.put(MODEL, under.key(MODEL, value), { payload, expiresIn: PENDING_LIFE })
    },
    read: async (kind, holder) => (await find(kind, holder))?.held,
    change: async (kind, holder, held, to) => {
      const found = await find(kind, holder)
      if (found?.held !== held) return false
      const { under, key, value, payload } = found
      const changed = { payload: { sealed: under.seal(MODEL, value, to) }, expiresIn: PENDING_LIFE }
      return (await store.replace(MODEL, key, changed, payload)) === 'replaced'
    },
    take: async (kind, holder, held) => {
      const found = await find(kind, holder)
      if (found?.held !== held) return false
      const { key, payload } = found
      const outcome = await store.replace(MODEL, key, { payload: TAKEN, expiresIn: PENDING_LIFE }, payload)
      return outcome === 'replaced'
    },
  }
}
