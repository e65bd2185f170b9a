/** What a sign-in elsewhere comes to. */

/** Who they are there: for ever the same three, whatever else changes (OpenID Connect Core §5.7). */
export interface Identity {
  /** The id of the connector. */
  connector: string
  issuer: string
  subject: string
}

export type Finished =
  | {
      ok: true
      identity: Identity
      /** What the person is called there: for them to see, and for nothing else. Never rejects. */
      called(): Promise<string | undefined>
      /** When they proved it there, epoch ms; undefined where that was not told. */
      since: number | undefined
    }
  | { ok: false; reason: ElsewhereFault }

export type ElsewhereFault =
  /** The person, or whoever asks there, did not go on. */
  | 'declined'
  /** It came from somewhere else than it was asked for (RFC 9207 §2.4). */
  | 'issuer_mismatch'
  /** What came back counts for nothing. */
  | 'wrong_response'
  /** They proved it too long ago, or nobody says when. */
  | 'not_fresh'
  /** It can't be asked now. */
  | 'away'

/** How new a proof has to be. */
export interface HowNew {
  /** It may be so old, seconds; undefined: as old as it likes. */
  maxAge?: number | undefined
  /** Where nobody tells how old it is, it counts for nothing. */
  strict?: boolean
}
