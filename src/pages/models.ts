/**
 * What each hosted page is told. Callers pass names, addresses and scopes as they are stored: cleaning, cutting
 * and escaping happen behind `Pages.render`, so that no caller can forget them. Only what must survive to the
 * byte (hidden fields, `csrf`, the target of `form-post`) passes unchanged, escaped.
 */

import type { MethodId } from '../telemetry/metric-labels.ts'
import type { KeptPasskeyModel } from './account-factor-models.ts'
import type { AccountPageModels } from './account-models.ts'

/** An application as a person meets it. */
export interface ClientFace {
  /** `client_name`, or the client id where it has none. */
  name: string
  /** A path of our own; addresses elsewhere are ignored, so that no third party sees who signs in. */
  logo?: string
}

export interface HiddenField {
  name: string
  value: string
}

export type SignInError =
  | { kind: 'invalid_credentials' | 'missing' | 'too_long' }
  /** Of a second factor: not right, or right but used before. */
  | { kind: 'wrong_code' | 'used_code' | 'wrong_answer' | 'wrong_passkey' }
  /** This way in is not for this sign-in, or can't be had now. */
  | { kind: 'not_offered' | 'unavailable' }
  /** The `csrf` value or the origin of the form did not fit. */
  | { kind: 'forbidden' }
  /**
   * Of an identity elsewhere, at what people call so: nobody here is connected with it; its person did not go on there;
   * they proved it too long ago, as far as one can tell; it said nothing that counts, or nothing at all.
   */
  | {
      kind: 'identity_unknown' | 'identity_declined' | 'identity_stale' | 'identity_failed'
      connector: string
    }
  /** With `minutes`: too many failures, come back then. Without: no capacity at this moment. */
  | { kind: 'busy'; minutes?: number }

/** Somewhere else to sign in, as a way among others. */
export interface ConnectorWay {
  /** What people call it. */
  name: string
  /** Where it begins; a path of our own. */
  href: string
}

/** Who wants to sign in. */
export interface SignInModel {
  csrf: string
  /** Absent when nobody asked but the house itself. */
  client?: ClientFace
  /** What was typed, or `login_hint`. */
  username?: string
  /** Where an account is made; a path of our own. */
  register?: string
  /** Ways in that need no name. */
  ways?: MethodId[]
  /** There are no others: nobody is asked who they are. */
  nameless?: true
  /** What stands for `identity` among the ways, which has no row of its own. */
  connectors?: ConnectorWay[]
  /** By which somebody signed in with this browser the last time. */
  last?: MethodId
  error?: SignInError
}

/** The same for every name: nothing is proven yet. */
export interface PasswordModel {
  csrf: string
  client?: ClientFace
  /** As it was typed. */
  username: string
  remember?: boolean
  /** Other ways in, in the order in which they stand. */
  ways: MethodId[]
  /** What stands for `identity` among them. */
  connectors?: ConnectorWay[]
  /** By which somebody signed in with this browser the last time. */
  last?: MethodId
  /** Where a forgotten password is replaced; a path of our own. */
  reset?: string
  error?: SignInError
}

/** Methods whose answer is a code that somebody types. */
export type CodeMethod = Exclude<MethodId, 'passkey' | 'password' | 'identity'>

export interface Sending {
  /** Nothing was sent yet, or it is over. */
  unsent: boolean
  /** Where it went, as much of it as its person needs; absent where nothing is proven yet. */
  to?: string
  /** Seconds until another may be sent. */
  againIn: number
}

/** A code that was sent, or that something shows: alone, or as one proof more. */
export interface CodeModel {
  csrf: string
  /** As it was typed, where nothing is proven yet. */
  account: { email: string; name?: string }
  method: CodeMethod
  /** Other ways, in the order in which they stand. */
  ways: MethodId[]
  /** What stands for `identity` among them. */
  connectors?: ConnectorWay[]
  /** By which somebody signed in with this browser the last time; absent once something is proven. */
  last?: MethodId
  /** Of a code that has to be sent. */
  sending?: Sending
  /** How long the device may be trusted, 0: not at all; absent where the code is all that is asked for. */
  trustDays?: number
  /** "Stay signed in". */
  remember?: boolean
  error?: SignInError
}

/** A passkey, where something else was proven or said before. */
export type PasskeyModel = Omit<CodeModel, 'method'>

/** A second factor that a sign-in demands, and that its person doesn't have yet. */
export interface EnrolModel {
  csrf: string
  /** Absent when nobody asked but the house itself. */
  client?: ClientFace
  account: { email: string; name?: string }
  /** Whether it may be a passkey. */
  passkey: boolean
  /** They have one already, and have proven it; it is not enough. */
  further?: true
  /** In base32, and as an `otpauth:` address; absent where an app is not enough. */
  app?: { secret: string; address: string }
  error?: 'wrong_code' | 'expired' | 'refused' | 'taken' | 'forbidden'
}

/** The recovery codes of what was just added. */
export interface EnrolCodesModel {
  csrf: string
  client?: ClientFace
  account: { email: string; name?: string }
  /** This once. `id`: of their set; `at`: epoch ms. */
  shown?: { codes: string[]; at: number; id: string }
  error?: 'forbidden'
}

export interface SetPasswordModel {
  csrf: string
  email: string
  minLength: number
  /** A passkey may take its place. */
  passkey?: boolean
  /** The last two: of a passkey. */
  error?: 'missing' | PasswordFault | 'forbidden' | 'busy' | 'refused' | 'taken'
}

/** Why a new password is refused, by the policy. */
export type PasswordFault =
  | 'too_short'
  | 'too_long'
  | 'not_unicode'
  | 'same_as_email'
  | 'same_as_name'
  | 'common'
  | 'personal'
  | 'local_word'
  | 'breached'

/** Where a sign-in goes on that was left for this page. */
export interface WayBackModel {
  /** Absent where it was for a page of our own. */
  client?: ClientFace
  /** A path of our own. */
  href: string
}

export interface ResetModel {
  csrf: string
  /** What was typed. */
  username?: string
  back?: WayBackModel | undefined
  error?: { kind: 'missing' | 'forbidden' } | { kind: 'busy'; minutes: number }
}

export interface RegisterModel {
  csrf: string
  minLength: number
  /** What was typed, like the next. */
  name?: string
  email?: string
  back?: WayBackModel | undefined
  error?:
    | 'missing'
    | 'name_malformed'
    | 'email_malformed'
    | PasswordFault
    | 'forbidden'
    /** Too many tries, come back then. */
    | { minutes: number }
    | undefined
}

export interface RegisterConfirmModel {
  csrf: string
  email: string
  minLength: number
  /** In this browser: the password that was chosen then counts. Elsewhere one is chosen here. */
  begunHere: boolean
  error?: 'missing' | PasswordFault | 'forbidden'
}

export interface EmailConfirmModel {
  csrf: string
  /** The new one; the old one is asked. */
  email: string
  error?: 'forbidden'
}

export interface EmailUndoModel {
  csrf: string
  /** The address that comes back. */
  email: string
  error?: 'forbidden'
}

export interface AccountDeletedModel {
  days: number
}

export interface AccountKeepModel {
  csrf: string
  email: string
  error?: 'forbidden'
}

export interface AfterModel {
  back?: WayBackModel | undefined
}

export interface NotMeModel {
  csrf: string
  email: string
  error?: 'forbidden'
}

export interface SetPasswordDoneModel {
  email: string
  /** What was set. */
  by: 'password' | 'passkey'
  /** A path of our own. */
  next: string
}

export interface ConsentScope {
  name: string
  /** What the scope lets the application do, as the operator wrote it; standard scopes have our words. */
  description?: string
  /** Asked for the first time. */
  isNew: boolean
}

export interface ConsentResource {
  /** Resource indicator (RFC 8707). */
  identifier: string
  scopes: ConsentScope[]
}

export interface ConsentModel {
  csrf: string
  client: ClientFace & {
    /** The operator vouches for it: made by hand or by `apply`, not by dynamic registration. */
    verified: boolean
    policyUri?: string
    tosUri?: string
  }
  redirectUri: string
  account: { email: string; name?: string }
  scopes: ConsentScope[]
  /** Claims asked for one by one (OpenID Connect Core §5.5). */
  claims?: ConsentScope[]
  resources?: ConsentResource[]
  /** How long `offline_access` lasts at most. */
  offlineDays?: number
  /** Where access is taken back; a path of our own. */
  connectedApps: string
  /** Absent where the browser is not asked. */
  keptPasskey?: KeptPasskeyModel
}

export interface LogoutModel {
  /** Where the form goes, a path or address of our own; everything it must carry besides `logout`. */
  action: string
  fields: HiddenField[]
  client?: ClientFace
  email?: string
  /** Where "Stay signed in" leads: an address of our own, or of the client (https only). */
  stay?: string
}

export interface LoggedOutModel {
  client?: ClientFace
  /** The client's own page (https only), or a path of our own. */
  next?: string
}

export interface DeveloperDetails {
  clientId?: string
  /** `error_description`, or our own sentence for developers. */
  explanation?: string
  received?: string
  registered?: string[]
  /** Method and path, such as `GET /oauth2/authorize`. */
  endpoint?: string
}

export interface ErrorModel {
  /** A stable word: an RFC's error code or one of ours. */
  code: string
  status: number
  requestId: string
  /** Epoch milliseconds. */
  time: number
  /** Where there were too many tries: when the next one may be made. */
  minutes?: number
  client?: ClientFace
  /** Where the client begins anew (`initiate_login_uri`, https only), or a path of our own. */
  restart?: string
  /** Shown outside production only. */
  developer?: DeveloperDetails
}

/** `response_mode=form_post`: the browser carries the fields to the client. */
export interface FormPostModel {
  action: string
  fields: HiddenField[]
  client?: ClientFace
}

/** A page that leads elsewhere by itself. */
export interface GoingOnModel {
  to: {
    /** What people call it. */
    name: string
    /** `https:`; in development also `http:` of this very machine. */
    href: string
  }
}

export interface PageModels extends AccountPageModels {
  'sign-in': SignInModel
  password: PasswordModel
  code: CodeModel
  passkey: PasskeyModel
  enrol: EnrolModel
  'enrol-codes': EnrolCodesModel
  'not-me': NotMeModel
  register: RegisterModel
  'register-sent': AfterModel
  'register-confirm': RegisterConfirmModel
  'register-done': AfterModel
  'email-confirm': EmailConfirmModel
  'email-waiting': object
  'email-changed': object
  'email-undo': EmailUndoModel
  'account-deleted': AccountDeletedModel
  'account-keep': AccountKeepModel
  'account-kept': object
  reset: ResetModel
  'reset-sent': AfterModel
  'reset-password': SetPasswordModel
  'reset-done': AfterModel
  'set-password': SetPasswordModel
  'set-password-done': SetPasswordDoneModel
  consent: ConsentModel
  logout: LogoutModel
  'logged-out': LoggedOutModel
  error: ErrorModel
  'form-post': FormPostModel
  'going-on': GoingOnModel
}

export type PageName = keyof PageModels
