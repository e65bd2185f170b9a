/** What the pages at `/account` are told: the frame that all of them stand in, and each page's own. */
import type {
  AccountAuthenticatorModel,
  AccountPasskeysModel,
  AccountPhoneModel,
  AccountRecoveryCodesModel,
  KeptPasskeyModel,
} from './account-factor-models.ts'
import type { AccountIdentitiesModel } from './account-identity-models.ts'
import type { MessageKey } from './locales.ts'
import type { Plain } from './messages.ts'
import type { ClientFace, ConsentModel, PasswordFault } from './models.ts'

export const ACCOUNT_GROUPS = ['you', 'sign_in', 'access'] as const

/** Where a page stands in the navigation. */
export interface AccountEntry {
  group: (typeof ACCOUNT_GROUPS)[number]
  icon: string
  title: MessageKey
}

export interface AccountNavigation extends AccountEntry {
  href: string
  current: boolean
}

/** What the page before has done; said by `account.done.*`. */
export const ACCOUNT_DONE = [
  'session_ended',
  'others_ended',
  'access_taken_back',
  'password_changed',
  'profile_saved',
  'verification_asked',
  'email_verified',
  'email_asked',
  'email_confirmed',
  'email_changed',
  'email_kept',
  'passkey_added',
  'passkey_not_now',
  'passkey_renamed',
  'passkey_removed',
  'identity_linked',
  'identity_unlinked',
  'app_added',
  'app_renamed',
  'app_removed',
  'phone_added',
  'phone_replaced',
  'phone_removed',
  'codes_made',
  'codes_noted',
] as const
export type AccountDone = (typeof ACCOUNT_DONE)[number]
export const isAccountDone = (word: unknown): word is AccountDone =>
  ACCOUNT_DONE.some((known) => known === word)

/**
 * What keeps any page from being served as asked: a form that was not this session's, or one that would take what its
 * person needs to sign in at all.
 */
export type AccountAlert = 'forbidden' | 'needed'

export interface AccountFrame {
  csrf: string
  account: { email: string; name?: string }
  /** Of the person (IANA). */
  zone?: string
  navigation: AccountNavigation[]
  /** Absent where the browser is not asked. */
  keptPasskey?: KeptPasskeyModel
  done?: AccountDone
  alert?: AccountAlert
}

/** One page in a few words, for the overview. */
export interface AccountLine {
  /** What there is; `at` in it is a time, epoch ms. */
  says: MessageKey
  values?: Plain
  at?: number
  /** Something to look at. */
  warns?: boolean
}

export interface AccountOverviewModel {
  frame: AccountFrame
  name?: string
  email: string
  emailVerified: boolean
  /** There is none yet, and its person has not said that they want none now. */
  offersPasskey: boolean
  /** Of pages that have something to say. */
  summaries: (AccountLine & AccountEntry & { href: string })[]
}

/** Where a person is signed in. Times are epoch ms, and undefined where nothing is known. */
export interface AccountSession {
  id: string
  /** The one that the page is seen with. */
  current: boolean
  /** What the application calls the device. */
  label: string | undefined
  browser: string | undefined
  system: string | undefined
  /** `desktop`, `mobile`, `tablet` … */
  kind: string | undefined
  /** ISO 3166-1 alpha-2. */
  country: string | undefined
  signedInAt: number | undefined
  lastSeenAt: number | undefined
  /** Names of clients. */
  clients: string[]
}

export interface AccountSessionsModel {
  frame: AccountFrame
  sessions: AccountSession[]
  /** How many there are besides. */
  more: number
}

export interface AccountApplication {
  id: string
  client: ClientFace
  /** Undefined for one of the operator's own, which nobody is asked about. */
  allowed?: Pick<ConsentModel, 'scopes' | 'claims' | 'resources'>
  since: number | undefined
  lastSeenAt: number | undefined
}

export interface AccountApplicationsModel {
  frame: AccountFrame
  applications: AccountApplication[]
}

export interface AccountPasswordModel {
  frame: AccountFrame
  /** When it was set, epoch ms; undefined where there is none to be asked for. */
  setAt: number | undefined
  minLength: number
  error?:
    | { kind: PasswordFault | 'missing' | 'wrong_password' | 'unchanged' | 'changed' }
    /** With `minutes`: too many were tried, come back then. Without: no capacity at this moment. */
    | { kind: 'busy'; minutes?: number }
}

export type ProfileField =
  | 'name'
  | 'given_name'
  | 'family_name'
  | 'nickname'
  | 'website'
  | 'locale'
  | 'zoneinfo'

export interface AccountProfileModel {
  frame: AccountFrame
  /** As it is, or as it was typed; empty for what is not said. */
  values: Record<ProfileField, string>
  faults: ProfileField[]
}

export type ActivityWord =
  | 'signed_in'
  | 'sign_in_failed'
  | 'disowned'
  | 'factor_added'
  | 'factor_removed'
  | 'factors_reset'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'passkey_copied'
  | 'recovery_used'
  | 'factor_failed'
  | 'reset_asked'
  | 'password_set'
  | 'password_removed'
  | 'password_refused'
  | 'profile_changed'
  | 'signed_out_everywhere'
  | 'signed_out'
  | 'session_ended'
  | 'device_ended'
  | 'access_given'
  | 'access_taken_back'
  | 'token_reused'
  | 'code_asked'
  | 'codes_suppressed'
  | 'number_asked'
  | 'verification_asked'
  | 'email_verified'
  | 'email_asked'
  | 'email_confirmed'
  | 'email_cancelled'
  | 'email_changed'
  | 'email_reverted'
  | 'account_made'
  | 'account_disabled'
  | 'account_enabled'
  | 'deletion_asked'
  | 'deletion_cancelled'
  | 'session_raised'

/** Something that happened to the account. What is not known is left out. */
export interface AccountActivity {
  what: ActivityWord
  /** Epoch ms. */
  at: number
  /** Those who run the service did it. */
  byOperator: boolean
  browser?: string
  system?: string
  /** ISO 3166-1 alpha-2; else the address. */
  country: string | undefined
  address: string | undefined
  /** The name of a client. */
  client: string | undefined
}

export interface AccountActivityModel {
  frame: AccountFrame
  events: AccountActivity[]
  /** Whether the page begins with the newest. */
  newest: boolean
  /** `before` of the next page; absent on the last. */
  older?: string
}

export interface AccountEmailModel {
  frame: AccountFrame
  email: string
  emailVerified: boolean
  /** The address that it is to become. */
  pending?: string
  /** What was typed for a new one. */
  typed?: string
  error?: 'missing' | 'email_malformed' | 'email_same' | 'too_many'
}

export interface AccountVerifyEmailModel {
  frame: AccountFrame
  /** The address that the account has, or is to get. */
  kind: 'verify' | 'change'
  email: string
}

export interface AccountDeleteModel {
  frame: AccountFrame
  /** That it waits. */
  days: number
}

export interface AccountPageModels {
  account: AccountOverviewModel
  'account-profile': AccountProfileModel
  'account-email': AccountEmailModel
  'account-delete': AccountDeleteModel
  'account-verify-email': AccountVerifyEmailModel
  'account-passkeys': AccountPasskeysModel
  'account-identities': AccountIdentitiesModel
  'account-authenticator': AccountAuthenticatorModel
  'account-phone': AccountPhoneModel
  'account-recovery-codes': AccountRecoveryCodesModel
  'account-sessions': AccountSessionsModel
  'account-applications': AccountApplicationsModel
  'account-password': AccountPasswordModel
  'account-activity': AccountActivityModel
}
