/**
 * What a run leaves behind for the checker: what clients and thieves saw, what was kept of it, and which moments a store
 * may have forgotten. Tokens are hashes of themselves; times are epoch milliseconds of one machine's clock.
 */
export interface Call {
  /** The request's id, under which its events stand in the audit trail. */
  id: string
  kind: 'redeem' | 'refresh' | 'revoke' | 'introspect'
  party: 'owner' | 'thief'
  client: string
  /** The sign-on session that the token belongs to, by whatever name the run has for it. */
  session: string
  /** Absent where the wire does not tell. */
  node?: string
  start: number
  end: number
  /** The code or token that was presented, and the refresh token that came back. */
  input: string
  output?: string
  /** Absent: the answer was lost, so nobody knows what became of the request. */
  status?: number
  error?: string
  /** Of a token that was asked about. */
  active?: boolean
  /** Thumbprint of the key that the request proved to have. */
  key?: string
  /** What came back says of itself. */
  binding?: Binding
  /** Of a revocation: how far it reaches. */
  ends?: 'family' | 'session'
}

/** What must never grow from one token of a family to the next. */
export interface Binding {
  client?: string
  subject?: string
  scope: string
  tokenType: string
  acr?: string
  authTime?: number
}

/** What is written in such a time may be gone from its end on: a store was put back. */
export interface Forgotten {
  from: number
  to: number
}

export interface TrailEvent {
  type: string
  requestId: string
  /** When it was decided, by the node's clock: ours. */
  time: number
  chain: string
  sequence: number
}

export interface Evidence {
  /** `REFRESH_REUSE_GRACE`, ms. */
  window: number
  calls: readonly Call[]
  forgotten: readonly Forgotten[]
  trail: readonly TrailEvent[]
  /** Whether the trail's hashes verify. */
  chainHolds: boolean
  /** Families that the store holds at the end. */
  families: number
}

export interface Violation {
  law: string
  says: string
  /** Their ids, in the order in which they are spoken of. */
  calls: string[]
}

/** A refresh token or code was presented and something came of it. */
export const succeeded = (call: Call): boolean =>
  (call.kind === 'redeem' || call.kind === 'refresh') && call.status === 200

/** What was presented was refused for what it is; not for its proof, and not because a store was away. */
export const refused = ({ kind, status, error = '' }: Call): boolean =>
  (kind === 'redeem' || kind === 'refresh') && REFUSALS.has(error) && status !== undefined && status < 500

const REFUSALS = new Set(['invalid_grant', 'invalid_refresh', 'refresh_reused', 'superseded'])
