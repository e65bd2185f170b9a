/** What people read, for each outcome that they can do something about. */
import type { SignedOutReason } from '@gatehouse/browser'

const REASONS: Readonly<Record<SignedOutReason, string | undefined>> = {
  none: undefined,
  'signed-out': 'You’re signed out.',
  ended: 'Your session has ended. Sign in again to go on.',
  reused:
    'Your session was ended: somebody else tried to use it. Sign in again, and change your password if that wasn’t you.',
}

export const sentenceOfReason = (reason: SignedOutReason): string | undefined => REASONS[reason]

/** Of a sign-out that reached this browser alone. */
export const UNTOLD = 'You’re signed out here. The server could not be told.'

const ERRORS: Readonly<Record<string, string>> = {
  invalid_credentials: 'The email address and password don’t match.',
  mfa_required: 'You need more than your password, and not what this form can ask for. Sign in by redirect.',
  mfa_enrolment_required: 'You need a second step. Add one at your account, then sign in again.',
  invalid_code: 'That code didn’t work. Type the newest one.',
  invalid_mfa_token: 'That took too long. Sign in again.',
  rate_limited: 'Too many tries. Wait a little, then try again.',
  unreachable: 'The server doesn’t answer. It is asked again; nothing is lost.',
  signed_out: 'Nobody is signed in any more.',
  access_denied: 'You didn’t allow it. Nothing has changed.',
  storage_blocked: 'Your browser blocks storage for this site. Allow it, then load the page again.',
  insecure_context: 'This page can’t keep a session, because it was not loaded over HTTPS.',
  unsupported_browser: 'This browser is too old to keep a session. Use a newer one.',
}

export const sentenceOf = ({ code = '' }: { code?: string }): string =>
  ERRORS[code] ?? 'That didn’t work. Try again in a moment.'
