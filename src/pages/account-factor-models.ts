/** What the pages at `/account` about second factors are told. */
import type { AccountFrame } from './account-models.ts'

/** An authenticator app. Times are epoch ms. */
interface AuthenticatorApp {
  id: string
  name: string | undefined
  createdAt: number
  lastUsedAt: number | undefined
}

export interface AccountAuthenticatorModel {
  frame: AccountFrame
  apps: AuthenticatorApp[]
  most: number
  /** In base32, and as an `otpauth:` address; absent where there are as many apps as there can be. */
  adding?: { secret: string; address: string }
  error?: 'wrong_code' | 'expired' | 'too_many'
  /** As it was typed. */
  label?: string
}

export interface AccountPhoneModel {
  frame: AccountFrame
  /** The number that there is: its last two digits, and times in epoch ms. */
  number?: { id: string; ends: string; createdAt: number; lastUsedAt: number | undefined }
  /**
   * Absent where none may be added. `number`: where a code was sent, in E.164, which another can be sent to in so many ms;
   * without it, where to send one is asked.
   */
  adding?: { number?: string; again?: number }
  /** `unsent`: no message can go there now. `minutes`: too many were asked for, come back then. */
  error?: 'missing' | 'national' | 'malformed' | 'unsent' | 'wrong_code' | 'expired' | { minutes: number }
  /** As it was typed. */
  typed?: string
}

export interface AccountRecoveryCodesModel {
  frame: AccountFrame
  /** Whether there is something that they could stand for. */
  possible: boolean
  /** How many a set has, and with how many left another is worth making. */
  of: number
  few: number
  set?: { id: string; madeAt: number; left: number; noted: boolean }
  /** This once. */
  shown?: { codes: string[]; at: number }
}

/** That the browser is asked to keep a passkey for who is signed in, without a word to them. */
export interface KeptPasskeyModel {
  /** For the form of the page below. */
  csrf: string
  /** It is asked once in each session and tab; this stands for the session. */
  session: string
  /** A path of our own. */
  at: string
}

export interface AccountPasskeysModel {
  frame: AccountFrame
  /** Oldest first. */
  passkeys: {
    id: string
    /** What browsers know it by. */
    credentialId: string
    name?: string | undefined
    /** What keeps it, by its own word. */
    provider?: string | undefined
    /** Epoch ms, like the next. */
    createdAt: number
    lastUsedAt: number | undefined
    backedUp: boolean
    /** There may be a copy of it: it is good no more. */
    copied: boolean
    /** The browser kept it by itself, and its person has not used it yet. */
    unasked: boolean
  }[]
  most: number
  /** For the browser, as `signalAllAcceptedCredentials` and `signalCurrentUserDetails` take it (WebAuthn Level 3 §5.1.11). */
  known: {
    rpId: string
    userId?: string
    name?: string
    displayName?: string
    allAcceptedCredentialIds: string[]
  }
  error?: 'refused' | 'taken'
}
