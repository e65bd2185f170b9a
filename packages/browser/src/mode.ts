import type { Stored } from './store.ts'
import type { Claims } from './types.ts'

/** What a sign-in or a refresh brings. */
export interface Grant {
  accessToken: string
  /** Ms. */
  expiresIn: number
  /** Of the id token, and it as it came: a hint for the sign-out, no credential. */
  claims?: Claims | undefined
  idToken?: string | undefined
  stored: Stored
}

/** The two ways to a session. */
export interface Mode {
  refresh(stored: Stored, known?: Claims): Promise<Grant>
  /** Ends it at the server. */
  end(stored: Stored): Promise<unknown>
  /** Ends all that the person has. The page may go. */
  endEverywhere(stored: Stored, token: string, idToken?: string): Promise<unknown>
}
