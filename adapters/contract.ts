/**
 * What the house asks of a store for its short-lived state. Two stores answer: Redis and PostgreSQL. They know
 * keys, times and records, nothing of OAuth: rules live with the caller, atomicity and time live here.
 *
 * Laws (the suite in `contract.spec.ts` holds every store to them):
 * - Keys are opaque to the store and never derived from anything it could show. No call needs more than one key
 *   (a grant's tokens share the grant's key prefix) besides those of the events (`docs/decisions/0009`).
 * - All times come from the store's clock. Lives are given and returned as durations in milliseconds.
 * - What has expired is never returned, and is gone for every other call too.
 * - A store that may forget what it has acknowledged knows its run: the time at which it began to remember without a
 *   gap, epoch ms by its own clock (`docs/decisions/0012`). A store that forgets nothing has run 0 for ever.
 * - Returned objects are the caller's to change. JSON comes back as it was given.
 * - A store that can't be reached, or does not answer in time, rejects with `StoreAway`.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }
export type JsonObject = { [key: string]: Json | undefined }

/**
 * What happened, for the audit trail: opaque here. It is kept in the same step as the change that it tells of, once the
 * change is really made, and not at all otherwise. Two with one id are one event.
 */
export interface StoredEvent {
  /** A UUID. */
  id: string
  text: string
}

/** The first use of a refresh token's number: which, and when by the store's clock (epoch ms). */
export interface Use {
  number: number
  at: number
  /** By whom, as the caller writes it: no spaces, colons or commas. */
  who?: string
  /** In how many generations running, this one included, the answer was given again. */
  repeats?: number
  /** The store had forgotten it, and how many before it, and was told by a token that was newer than its record. */
  caughtUp?: true
}

/** One chain of refresh tokens, known until its end. */
export interface Family {
  /** The current token's; 0 for a new family, one more with each rotation. */
  number: number
  /** First uses that still matter, newest first. */
  uses: Use[]
  payload: JsonObject
  /** Life left of the current number; zero or less: it has expired, though the family goes on being known. */
  currentExpiresIn: number
  /** Life left of the family, absolute. */
  endsIn: number
}

export interface AuthorizationCode {
  key: string
  payload: JsonObject
  /** Life left; a code that was redeemed stays known beyond it, as long as its grant lives. */
  expiresIn: number
  /** Milliseconds since it was redeemed; absent while it was not. */
  consumedFor?: number
}

/** Whom a grant belongs to: what it can be found by, where it is not empty. Written at birth, never changed. */
export interface GrantOwner {
  account: string
  client: string
  session: string
  device: string
  organization: string
}

/** What a person allowed a client in one authorization, and all that came of it. */
export interface Grant extends GrantOwner {
  /** The store's time at which this was read, epoch ms. */
  readAt: number
  /**
   * The store's present run, and those in which this was made and last written: what was done to it in an earlier one
   * may be forgotten.
   */
  run: number
  bornIn: number
  writtenIn: number
  content: JsonObject
  expiresIn: number
  code?: AuthorizationCode
  family?: Family
}

/** Before its redemption a grant lives as long as its code. */
export interface NewGrant extends GrantOwner {
  content: JsonObject
  code: { key: string; payload: JsonObject; expiresIn: number }
}

export interface NewToken {
  key: string
  payload: JsonObject
  expiresIn: number
}

/** Names the grant's owner too, so that the indexes can learn of its longer life in the same trip. */
export interface Redemption extends GrantOwner {
  codeKey: string
  /** The grant's life from now on; a family ends with it at the latest. */
  grantExpiresIn: number
  family?: { payload: JsonObject; currentExpiresIn: number; endsIn: number }
  token?: NewToken
  /** Store time (epoch ms) after which this request has no listener any more and must change nothing. */
  notAfter: number
  /** Kept when the outcome is `redeemed`. */
  event: StoredEvent
}

export interface Rotation {
  /** The number that must still be the current one. */
  expected: number
  /**
   * The next current number. The store puts the use of the one before it, at its own time, in front of `keep`, and
   * renews the current token's life. The same as `expected`: a repeat, of which only `keep` and `token` are written.
   */
  becomes: number
  /** The run in which this was decided, as the grant was read. */
  run: number
  /** Of the new use. */
  use: Omit<Use, 'number' | 'at'>
  /** The uses to keep, newest first. */
  keep: Use[]
  /** Life of the new current number; the store cuts it at the family's end. */
  currentExpiresIn: number
  token?: NewToken
  notAfter: number
  /** Kept when the outcome is `rotated`. At a store's bound for events it is counted instead. */
  event: StoredEvent
  /** Another one, kept with it, at the bound too: not every rotation has one. */
  noticed?: StoredEvent
}

/**
 * `unheard` is said before anything else is looked at; `gone`: no such grant, the code is not its own, or it was made in
 * another run, in which it may have been redeemed.
 */
export type RedemptionOutcome = 'redeemed' | 'consumed' | 'gone' | 'unheard'
/** `unheard`: nothing was ended. */
export type RevocationOutcome = 'revoked' | 'gone' | 'unheard'
export type RotationOutcome =
  | { status: 'rotated' }
  /** Number or run is not (any longer) the expected one, or its life is over; the grant, read in the same step. */
  | { status: 'changed'; grant: Grant }
  /** No such grant, or it has no family (any longer). */
  | { status: 'gone' }
  | { status: 'unheard' }

export type GrantIndex = keyof GrantOwner

/** As a list shows it: with the key that it is read and ended by. */
export interface ListedGrant extends Grant {
  key: string
}

export interface GrantStore {
  /** The key must be a new one; a key that is taken is an error. */
  create(key: string, grant: NewGrant): Promise<void>
  read(key: string): Promise<Grant | undefined>
  /** An opaque access token together with its grant: one trip. Undefined when either is missing. */
  readToken(key: string, tokenKey: string): Promise<{ token: NewToken; grant: Grant } | undefined>
  /** Exactly one call for a code, however many there are at once, is answered `redeemed`. */
  redeem(key: string, redemption: Redemption): Promise<RedemptionOutcome>
  /** Compare and swap of the number, and the access token that goes with it. */
  rotate(key: string, rotation: Rotation): Promise<RotationOutcome>
  /** The event is kept when there was such a token. */
  dropToken(key: string, tokenKey: string, event: StoredEvent): Promise<void>
  /** Ends the grant and every token of it. False when there was none; then the event is not kept. */
  revoke(key: string, event: StoredEvent): Promise<boolean>
  /** The same for a request that must change nothing once nobody listens to it: `notAfter` as in a redemption. */
  revokeUntil(key: string, event: StoredEvent, notAfter: number): Promise<RevocationOutcome>
  /** The same for several, each on its own, in one trip or few; how many there were. */
  revokeEach(keys: readonly string[], event: StoredEvent): Promise<number>
  /** All grants under an index entry, in batches and in no order. */
  list(index: GrantIndex, value: string): AsyncIterable<ListedGrant[]>
}

/** Everything that has no grant: sessions, interactions, pushed requests, client tokens, replay entries. */
export interface Artifact {
  payload: JsonObject
  expiresIn: number
  consumedFor?: number
}

export interface ArtifactStore {
  /**
   * Writes or replaces; replacing keeps the mark of consumption. `alias` is a second key, unique in its model: it
   * leads to the record that named it last. The event, where there is one, is kept with it.
   */
  put(model: string, key: string, artifact: NewArtifact, event?: StoredEvent): Promise<void>
  /** As `put`, but only where there is none, consumed or not: true for exactly one of many at once. */
  create(model: string, key: string, artifact: Pick<NewArtifact, 'payload' | 'expiresIn'>): Promise<boolean>
  /**
   * As `put`, but only where there is a record: so a late save can't bring back a session that was ended; and, given
   * the `former` payload as it was read, only where that is still the one. The alias stays as it is; naming it
   * lengthens its life with the record's.
   */
  replace(
    model: string,
    key: string,
    artifact: NewArtifact,
    former?: JsonObject,
  ): Promise<'replaced' | 'changed' | 'gone'>
  get(model: string, key: string): Promise<Artifact | undefined>
  getByAlias(model: string, alias: string): Promise<Artifact | undefined>
  /** True for exactly one caller: it exists and was not consumed before. The record stays until it expires. */
  consume(model: string, key: string): Promise<boolean>
  /** The event, where there is one, is kept when something was destroyed; so in the next two. */
  destroy(model: string, key: string, event?: StoredEvent): Promise<void>
  /** Destroys what `getByAlias` finds under each of these; how many there were. */
  destroyByAlias(model: string, aliases: readonly string[], event?: StoredEvent): Promise<number>
  /**
   * `first` for exactly one caller while the entry lives: the replay guard. Sees no records, and they don't see it.
   * `madeAt`: the time, by the store's clock, before which what is claimed can't have been; `forgotten` where that is
   * before the store's run, in which an earlier claim would be remembered. Then nothing is written.
   */
  claim(model: string, key: string, expiresIn: number, madeAt: number): Promise<Claim>
  /** Destroys all of a model that belong to an account (its sessions). */
  destroyAllOf(model: string, account: string, event?: StoredEvent): Promise<number>
}

export type Claim = 'first' | 'again' | 'forgotten'

export interface NewArtifact {
  payload: JsonObject
  expiresIn: number
  /** Good for one use: in another run of the store, which may have forgotten that, it is gone. */
  singleUse?: boolean
  alias?: string
  account?: string
}

/** `dropped`: of how many events this one tells that they were dropped at the bound. */
export type DrainedEvent = StoredEvent & { dropped?: number }

export interface EventStore {
  /** Keeps an event that has no change of its own. */
  keep(event: StoredEvent): Promise<void>
  /**
   * Hands on, oldest first, what the store has kept, and forgets it once `take` resolves: so each event comes at least
   * once, and in a batch again after a failure. Where events were dropped at the bound, `ifDropped` comes among them.
   * A store in PostgreSQL keeps events where they are wanted, and has none to hand on. How many were taken.
   */
  drain(take: (events: DrainedEvent[]) => Promise<void>, ifDropped: StoredEvent): Promise<number>
}

/** `code`: the payload that its code had. */
export type EndedGrant = Pick<GrantOwner, 'account' | 'client' | 'session'> & {
  content: JsonObject
  code: JsonObject
}

/**
 * What was ended for a reason, as it was: kept in the step that ended it, so that whoever has to be told can be found
 * when it is gone.
 */
export type Ending = { event: StoredEvent } & (
  | { kind: 'grant'; grant: EndedGrant }
  | { kind: 'artifact'; model: string; payload: JsonObject }
)

export interface EndingStore {
  /**
   * Hands on, oldest first, each grant that was revoked and each artifact that was destroyed with an event, and forgets
   * it once `take` resolves: so each comes at least once, and in a batch again after a failure. How many were taken.
   */
  drain(take: (endings: Ending[]) => Promise<void>): Promise<number>
}

export interface StateStore {
  /** The present run, by the store's last answer; asks where there was none yet. */
  run(): Promise<number>
  /** What `run` would say, where it need not ask. */
  lastKnownRun(): number | undefined
  grants: GrantStore
  artifacts: ArtifactStore
  events: EventStore
  endings: EndingStore
  /** Answers within a second or rejects with `StoreAway`: for readiness. */
  ping(): Promise<void>
  /** Removes what has expired, where the store does not do so itself; rows removed. */
  sweep(): Promise<number>
  close(): Promise<void>
}
