import { newRowId, newSecret } from '../../src/shared/ids.ts'
import type {
  Claim,
  Family,
  GrantIndex,
  GrantOwner,
  GrantStore,
  NewGrant,
  NewToken,
  Redemption,
  Rotation,
  RotationOutcome,
  StateStore,
  StoredEvent,
} from '../contract.ts'

export const HOUR = 3_600_000

/** A request that somebody listens to, whatever the time. */
export const LISTENED = Number.MAX_SAFE_INTEGER

export const newKey = (): string => newSecret(16)

/** Two stores on one backend: what one node writes, the other must see. */
export interface Nodes {
  one: StateStore
  two: StateStore
  /** What was kept so far, by its id: the text, and how often. Takes out what has to be taken out. */
  kept(): Promise<ReadonlyMap<string, { text: string; times: number }>>
}

export const newEvent = (): StoredEvent => ({ id: newRowId(), text: JSON.stringify({ odd: ODD_JSON.text }) })

export interface OpenGrant {
  key: string
  codeKey: string
  owner: GrantOwner
}

export const newOwner = (): GrantOwner => ({
  account: newKey(),
  client: newKey(),
  session: newKey(),
  device: newKey(),
  organization: newKey(),
})

export const newGrant = (over: Partial<NewGrant> = {}): NewGrant => ({
  ...newOwner(),
  content: { openid: { scope: 'openid' } },
  code: { key: newKey(), payload: { codeChallenge: 'E9Melhoa' }, expiresIn: HOUR },
  ...over,
})

export async function createGrant(store: StateStore, over: Partial<NewGrant> = {}): Promise<OpenGrant> {
  const key = newKey()
  const grant = newGrant(over)
  await store.grants.create(key, grant)
  const { content: _, code, ...owner } = grant
  return { key, codeKey: code.key, owner }
}

export const redemptionOf = ({ codeKey, owner }: OpenGrant, over: Partial<Redemption> = {}): Redemption => ({
  ...owner,
  codeKey,
  grantExpiresIn: HOUR,
  notAfter: LISTENED,
  event: newEvent(),
  ...over,
})

export const newFamily = (over: Partial<NonNullable<Redemption['family']>> = {}) => ({
  payload: { scope: 'openid' },
  currentExpiresIn: HOUR / 2,
  endsIn: HOUR,
  ...over,
})

/** A grant whose code was redeemed for a family. */
export async function createFamily(
  store: StateStore,
  over: Partial<NewGrant> = {},
  redemption: Partial<Redemption> = {},
): Promise<OpenGrant> {
  const grant = await createGrant(store, over)
  await store.grants.redeem(grant.key, redemptionOf(grant, { family: newFamily(), ...redemption }))
  return grant
}

/** A redeemed grant whose code is about to expire; where it expired too early, another is made. */
export async function redeemBriefCode(store: StateStore): Promise<OpenGrant> {
  for (;;) {
    const grant = await createGrant(store, { code: { key: newKey(), payload: {}, expiresIn: 200 } })
    const outcome = await store.grants.redeem(grant.key, redemptionOf(grant, { family: newFamily() }))
    if (outcome === 'redeemed') return grant
  }
}

export const rotationOf = (expected: number, over: Partial<Rotation> = {}): Rotation => ({
  expected,
  becomes: expected + 1,
  run: 0,
  use: {},
  keep: [],
  currentExpiresIn: HOUR / 2,
  notAfter: LISTENED,
  event: newEvent(),
  ...over,
})

/** A rotation decided on what the store holds now. */
export async function rotateNow(
  store: StateStore,
  key: string,
  expected: number,
  over: Partial<Rotation> = {},
): Promise<RotationOutcome> {
  return store.grants.rotate(key, rotationOf(expected, { run: await store.run(), ...over }))
}

/** An access token beside those that there are: what a repeat brings. */
export async function addToken(
  store: StateStore,
  key: string,
  token: NewToken,
  event = newEvent(),
): Promise<RotationOutcome> {
  const { number = 0, uses = [] } = (await familyOf(store, key)) ?? {}
  return rotateNow(store, key, number, { becomes: number, keep: uses, token, event })
}

/** Made just now, as far as the replay guard can know. */
export const claimNow = (store: StateStore, key: string, expiresIn = HOUR, model = 'jti'): Promise<Claim> =>
  store.artifacts.claim(model, key, expiresIn, LISTENED)

export async function familyOf(store: StateStore, key: string): Promise<Family | undefined> {
  return (await store.grants.read(key))?.family
}

export const newToken = (over: { key?: string; expiresIn?: number } = {}) => ({
  key: newKey(),
  payload: { aud: 'https://api.example' },
  expiresIn: HOUR,
  ...over,
})

export const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

/** As many, but few at a time: a slow machine must not run into the time-outs of a request. */
export async function manyTimes<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count) made.push(...(await times(Math.min(20, count - made.length), make)))
  return made
}

/** Ends all grants under an index entry, as those do who end what somebody has. How many there were. */
export async function endAll(
  grants: GrantStore,
  index: GrantIndex,
  value: string,
  event: StoredEvent,
): Promise<number> {
  let ended = 0
  for await (const batch of grants.list(index, value)) {
    const keys = batch.map(({ key }) => key)
    ended += await grants.revokeEach(keys, event)
  }
  return ended
}

/** What must come true, soon: expiry is the store's to notice, at a moment of its own. */
export const SOON = { timeout: 10_000, interval: 10 }

/** JSON that a careless store would change. */
export const ODD_JSON = {
  nothing: null,
  empty: {},
  none: [],
  nested: [[], {}, [[{ deep: [null, false, 0, ''] }]]],
  numbers: [0, -1, 1.5, 1e21, 5e-324, 9_007_199_254_740_991, 1_700_000_000],
  text: 'zażółć \u0000 \n "quoted" \\ \u2028 😀 \ud800 ',
  'ключ с пробелом': 'x',
  __proto: 'no prototype',
  order: { b: 1, a: 2, '10': 3, '9': 4 },
}
