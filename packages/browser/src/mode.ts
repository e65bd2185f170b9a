import type { Stored } from './store.ts'
import type { Claims, TokenState } from './types.ts'

/** What a page has in its memory, and nowhere else. */
export interface Known extends TokenState {
  token: string
  /** Epoch ms. */
  since: number
  /** Of the id token, and it as it came: a hint for the sign-out, no credential. */
  claims?: Claims | undefined
  idToken?: string | undefined
}

/** What a sign-in or a refresh brings. */
export interface Grant extends Known {
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
