/**
 * Keys in layers. The master key (from the environment) only wraps; random data keys, kept wrapped in PostgreSQL,
 * do the work: `pepper` hashes bearer values for look-up, `cookie` signs, `refresh` authenticates refresh tokens,
 * `field` encrypts columns, `audit` stands in for personal values in the audit trail. Whoever has a dump but not the
 * master key has none of them. They change while the house runs: whoever uses one asks for it each time.
 */
import { randomBytes } from 'node:crypto'
import { type DataKeyLives, type JudgedDataKey, judgeDataKeys } from './data-key-states.ts'
import type { DataKeysRepository, StoredDataKey } from './data-keys-repository.ts'
import type { MasterKeys } from './master-keys.ts'
import type { DataKeyPurpose } from './rows.ts'

export const DATA_KEY_PURPOSES: readonly DataKeyPurpose[] = ['pepper', 'cookie', 'refresh', 'field', 'audit']

/** The same object for as long as the process has the key. */
export interface NumberedKey {
  readonly number: number
  readonly key: Buffer
}

export interface DataKeys {
  /** The key that new things are made with. */
  current(purpose: DataKeyPurpose): NumberedKey
  /**
   * Whose works are honoured: the one in use, those before it as long as anything of theirs may live, newest first, and
   * those that other nodes may have begun to use.
   */
  living(purpose: DataKeyPurpose): readonly NumberedKey[]
  /** All that can still be read by: also what is due, and what is compromised, until it is retired. By number. */
  all(purpose: DataKeyPurpose): readonly NumberedKey[]
  byNumber(purpose: DataKeyPurpose, number: number): Buffer | undefined
}

export interface LiveDataKeys extends DataKeys {
  /** Takes in what has changed. Rejects, and goes on with what is known, when that can't be read or opened. */
  reread(): Promise<void>
}

export interface DataKeysUse {
  repository: Pick<DataKeysRepository, 'read' | 'add' | 'addWrap'>
  masters: MasterKeys
  lives: DataKeyLives
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

export const newDataKey = (): Buffer => randomBytes(32)

/** Loads the data keys, making number 1 of each purpose at the first start. Safe when several nodes start at once. */
export async function loadDataKeys(use: DataKeysUse): Promise<LiveDataKeys> {
  const { repository, masters, lives } = use
  const opened = new Map<string, NumberedKey>()
  const stored = await storedKeys(use)
  await wrapAnew(use, stored.keys, opened)
  let view = arrange(judgeDataKeys(stored, lives), opened)

  const read = async (): Promise<void> => {
    const now = await repository.read()
    openAll(masters, now.keys, opened)
    view = arrange(judgeDataKeys(now, lives), opened)
  }
  // One after the other: what was read earlier must not take the place of what was read later.
  let last = Promise.resolve()
  return {
    current: (purpose) => {
      const [newest] = view[purpose].living
      if (newest === undefined) throw new Error(`no data key for ${purpose}`)
      return newest
    },
    living: (purpose) => view[purpose].living,
    all: (purpose) => view[purpose].all,
    byNumber: (purpose, number) => view[purpose].all.find((k) => k.number === number)?.key,
    reread: () => {
      const reading = last.then(read)
      last = reading.catch(() => {})
      return reading
    },
  }
}

async function storedKeys({ repository, masters }: DataKeysUse) {
  const stored = await repository.read()
  const missing = DATA_KEY_PURPOSES.filter((purpose) => !stored.keys.some((key) => key.purpose === purpose))
  for (const purpose of missing)
    await repository.add({
      purpose,
      number: 1,
      usableIn: 0,
      wraps: masters.wrap(purpose, 1, newDataKey()),
    })
  return missing.length === 0 ? stored : repository.read()
}

/** A key that has none of the copies that a listed master key would open, and should have one, ends the start. */
function openAll(
  masters: MasterKeys,
  keys: readonly StoredDataKey[],
  opened: Map<string, NumberedKey>,
): void {
  for (const { purpose, number, wraps } of keys.filter(isHeld)) {
    if (opened.has(nameOf(purpose, number))) continue
    const key = masters.open(purpose, number, wraps)
    if (key === undefined) throw new MasterKeyMismatch(purpose, number)
    opened.set(nameOf(purpose, number), { number, key })
  }
}

/**
 * Copies under each listed master key that has none. Only at the start: a node that goes on with an old list must not
 * bring back what was deleted.
 */
async function wrapAnew(
  { repository, masters }: DataKeysUse,
  keys: readonly StoredDataKey[],
  opened: Map<string, NumberedKey>,
): Promise<void> {
  openAll(masters, keys, opened)
  for (const { purpose, number, wraps } of keys) {
    const key = opened.get(nameOf(purpose, number))
    if (key === undefined || masters.ids.every((id) => wraps.some(({ masterId }) => masterId === id)))
      continue
    const fresh = masters.wrap(purpose, number, key.key)
    for (const wrap of fresh.filter(({ masterId }) => !wraps.some((w) => w.masterId === masterId)))
      await repository.addWrap(purpose, number, wrap)
  }
}

const nameOf = (purpose: DataKeyPurpose, number: number): string => `${purpose}/${number}`

/** What is compromised is kept where something must still be read by it. */
const isHeld = ({ ended, wraps }: StoredDataKey): boolean =>
  ended === undefined || (ended === 'compromised' && wraps.length > 0)

interface Arranged {
  living: readonly NumberedKey[]
  all: readonly NumberedKey[]
}

function arrange(
  keys: readonly JudgedDataKey[],
  opened: ReadonlyMap<string, NumberedKey>,
): Record<DataKeyPurpose, Arranged> {
  const of = (purpose: DataKeyPurpose): Arranged => {
    const held = keys.filter((key) => key.purpose === purpose && isHeld(key))
    const inState = (state: JudgedDataKey['state']) => held.filter((key) => key.state === state)
    const take = (some: readonly JudgedDataKey[]): NumberedKey[] =>
      some.flatMap(({ number }) => opened.get(nameOf(purpose, number)) ?? [])
    return {
      living: take([...inState('current'), ...inState('kept').toReversed(), ...inState('announced')]),
      all: take(held),
    }
  }
  return {
    pepper: of('pepper'),
    cookie: of('cookie'),
    refresh: of('refresh'),
    field: of('field'),
    audit: of('audit'),
  }
}
