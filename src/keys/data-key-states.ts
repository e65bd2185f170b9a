/**
 * The life of a data key, as a pure function of its row and the database's time. It is announced, so that every node
 * knows it before anything is made with it; in use until there is a newer one; then kept as long as what it made may
 * live; then nothing needs it, and it can be retired.
 */
import type { StoredDataKey, StoredDataKeys } from './data-keys-repository.ts'
import type { DataKeyPurpose } from './rows.ts'

export type DataKeyState = 'announced' | 'current' | 'kept' | 'due' | 'retired' | 'compromised'

export interface JudgedDataKey extends StoredDataKey {
  state: DataKeyState
  /** Epoch ms; undefined for what is announced, in use, or retired. */
  neededUntil: number | undefined
}

/** The longest life of what a key of a purpose makes, in ms. */
export type DataKeyLives = Readonly<Record<DataKeyPurpose, number>>

/** Within this time every node has read a key anew, and has ended what it began with those of before. */
export const KNOWN_WITHIN = 6_000

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** The audit trail is kept for a year, by whole months. */
const AUDIT_TRAIL = 400 * DAY

/** One-time links: those of mails about sign-ins live longest. */
const LINKS = 7 * DAY

/** Used client assertions live up to ten minutes, and are remembered under the pepper of their time. */
const REPLAYS = 15 * MINUTE

export function dataKeyLives(config: { refreshFamilyExp: number; sessionMaxExp: number }): DataKeyLives {
  // Sessions, families and one-time links are found by it; a session's cookie and a link's form are signed.
  const all = Math.max(config.refreshFamilyExp, config.sessionMaxExp, LINKS)
  // What `field` has encrypted is encrypted anew instead of waited for.
  return { pepper: all, cookie: all, refresh: config.refreshFamilyExp, field: 0, audit: AUDIT_TRAIL }
}

export function judgeDataKeys({ keys, now }: StoredDataKeys, lives: DataKeyLives): JudgedDataKey[] {
  return keys.map((key) => {
    const own = keys.filter(({ purpose }) => purpose === key.purpose)
    const neededUntil = endOfNeed(key, own, now, lives[key.purpose])
    return { ...key, state: stateOf(key, now, neededUntil), neededUntil }
  })
}

function stateOf(key: StoredDataKey, now: number, neededUntil: number | undefined): DataKeyState {
  if (key.ended !== undefined) return key.ended
  if (key.usableFrom > now) return 'announced'
  if (neededUntil === undefined) return 'current'
  return neededUntil > now ? 'kept' : 'due'
}

function endOfNeed(
  key: StoredDataKey,
  ofPurpose: readonly StoredDataKey[],
  now: number,
  life: number,
): number | undefined {
  if (key.ended === 'retired') return undefined
  if (key.ended === 'compromised') return (key.endedAt ?? now) + afterwards(key.purpose)
  const since = ofPurpose
    .filter(({ number, usableFrom }) => number > key.number && usableFrom <= now)
    .map(({ usableFrom }) => usableFrom)
  return since.length === 0 ? undefined : Math.min(...since) + life + KNOWN_WITHIN
}

/** How long what a compromised key has made must still be known, though it is honoured no more. */
const afterwards = (purpose: DataKeyPurpose): number =>
  ({ pepper: REPLAYS, audit: AUDIT_TRAIL, cookie: 0, refresh: 0, field: 0 })[purpose]
