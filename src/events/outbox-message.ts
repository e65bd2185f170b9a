/** What waits in the outbox to be told. It is delivered at least once, and in no promised order. */
export interface NewMessage {
  kind: string
  /** Read by the kind’s handler, perhaps of another version; holds nothing that can be presented. */
  payload: Record<string, unknown>
  /** Epoch ms, as all times here. */
  at: number
  expiresAt?: number
  /** Names the occasion: of several messages about it only the first is kept. */
  once?: string
}

export interface Message {
  readonly id: string
  readonly kind: string
  /** As it was stored: to be checked by who reads it. */
  readonly payload: unknown
  readonly createdAt: number
  /** This one included. */
  readonly attempts: number
  readonly strikes: number
}

/** `reason` is for the log and the table: no addresses, no secrets. */
export type Outcome =
  | { status: 'done' }
  /** It did not happen, through no fault of the message: tried again for days. */
  | { status: 'later'; reason: string }
  /** Nobody knows whether it happened: tried once more. */
  | { status: 'unclear'; reason: string }
  /** It never will. */
  | { status: 'refused'; reason: string }
  /** There is nobody (any more) to tell. */
  | { status: 'dropped'; reason: string }

/**
 * Delivers one message. A rejection counts against it. `stillHeld` is asked right before what must not happen twice; it
 * rejects when another node has taken over.
 */
export type Handler = (message: Message, stillHeld: () => Promise<void>) => Promise<Outcome>

/** The kind of a mail to a person; its payload names them by `sub`. */
export const MAIL = 'mail'
