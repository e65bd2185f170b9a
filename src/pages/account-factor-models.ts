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
