/** What each mail is told, by the names of its template. As with pages, cleaning and escaping happen behind `render`. */
import type { RiskRule } from '../telemetry/metric-labels.ts'
import type { ClientFace } from './models.ts'

export interface ReuseDetectedModel {
  /** Where the message goes: a reader with several addresses wants to know. */
  email: string
  client: Pick<ClientFace, 'name'>
  /** Epoch milliseconds. */
  at: number
  /** What was ended because of it (`REFRESH_REUSE_REVOKES`). */
  ended: 'family' | 'session' | 'user'
}

export interface NoticedModel extends Seen {
  email: string
  at: number
  /** A sign-in, one that was refused though its password was right, or a session that went on. */
  what: 'sign_in' | 'refused' | 'refresh'
  /** Why the reader is told. */
  rules: readonly RiskRule[]
  /** A path of our own, where the reader says that it wasn't them. */
  link?: string | undefined
}

/** On what something was done, as far as it could be told: `Firefox`, `Windows`. */
export interface Seen {
  browser?: string | undefined
  system?: string | undefined
  address?: string | undefined
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined
}

export interface PasswordResetModel extends Seen {
  email: string
  at: number
  /** A path of our own, where the new password is set. */
  link: string
}

export interface RegistrationModel {
  email: string
  /** A path of our own, where the account is made. */
  link: string
}

/** For who has an account already. */
export interface RegistrationKnownModel extends Seen {
  email: string
  at: number
  /** A path of our own, where a forgotten password is replaced. */
  link: string
}

export interface VerifyEmailModel {
  email: string
  /** A path of our own, where the address is confirmed. */
  link: string
}

export interface EmailChangeModel extends Seen {
  /** Where this one goes. */
  email: string
  /** Which of the two addresses that is. */
  side: 'old' | 'new'
  newEmail: string
  at: number
  /** A path of our own, where that address says yes. */
  link: string
}

/** For who has an account with the address that another one is to get. */
export interface EmailChangeKnownModel {
  email: string
}

export interface EmailChangedModel extends Seen {
  /** The old one, where it goes. */
  email: string
  newEmail: string
  at: number
  /** A path of our own, where the change is taken back. */
  link: string
}

export interface DeletionAskedModel extends Seen {
  email: string
  at: number
  /** When it is deleted, epoch ms. */
  until: number
  /** A path of our own, where it is taken back. */
  link: string
}

/** To the last address of an account that is no more. */
export interface AccountDeletedModel {
  email: string
  at: number
}

/** What was changed on an account; its person is told, whoever did it. */
export const ACCOUNT_CHANGES = [
  'password_reset',
  'password_set',
  'password_removed',
  'passkey_added',
  'passkey_removed',
  'passkey_copied',
  'app_added',
  'app_removed',
  'last_app_removed',
  'phone_added',
  'phone_replaced',
  'phone_removed',
  'last_phone_removed',
  'factors_reset',
  'recovery_codes_made',
  'recovery_code_used',
  'identity_linked',
  'identity_unlinked',
] as const
export type AccountChange = (typeof ACCOUNT_CHANGES)[number]

export interface AccountChangedModel extends Seen {
  email: string
  at: number
  what: AccountChange
  /** How many recovery codes are left, where one was used. */
  left?: number | undefined
}

export interface SignInCodeModel extends Seen {
  email: string
  at: number
  /** Digits. */
  code: string
}

/** More codes were asked for than are sent. */
export interface CodesSuppressedModel extends Seen {
  email: string
  at: number
}

export interface MailModels {
  'reuse-detected': ReuseDetectedModel
  noticed: NoticedModel
  'password-reset': PasswordResetModel
  registration: RegistrationModel
  'registration-known': RegistrationKnownModel
  'verify-email': VerifyEmailModel
  'email-change': EmailChangeModel
  'email-change-known': EmailChangeKnownModel
  'email-changed': EmailChangedModel
  'deletion-asked': DeletionAskedModel
  'account-deleted': AccountDeletedModel
  'account-changed': AccountChangedModel
  'sign-in-code': SignInCodeModel
  'codes-suppressed': CodesSuppressedModel
}

export type MailName = keyof MailModels
