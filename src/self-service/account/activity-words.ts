/** What people are told of their account, and as what. Every event there is is decided on here, or this does not compile. */
import { CATALOGUE, type EventType, isEventType } from '../../audit/catalogue.ts'
import type { ActivityWord } from '../../pages/account-models.ts'

/** It is about no person: clients, set-up, the trail itself. */
const NOBODYS = false
/** It is about a person, but comes with something that they are told, or means something to those alone who run the house. */
const INSIDE = undefined

export const ACTIVITY_WORDS: Readonly<Record<EventType, ActivityWord | typeof NOBODYS | typeof INSIDE>> = {
  'login.succeeded': 'signed_in',
  'login.failed': 'sign_in_failed',
  'login.code_asked': 'code_asked',
  'login.codes_suppressed': 'codes_suppressed',
  'login.disowned': 'disowned',
  'mfa.failed': 'factor_failed',
  'mfa.enrolment_asked': 'number_asked',
  'mfa.enrolled': 'factor_added',
  'mfa.removed': 'factor_removed',
  'mfa.clone_suspected': 'passkey_copied',
  'mfa.recovery_used': 'recovery_used',
  'mfa.reset': 'factors_reset',
  'identity.linked': 'identity_linked',
  'identity.unlinked': 'identity_unlinked',
  'password.reset_asked': 'reset_asked',
  'password.set': 'password_set',
  'password.change_refused': 'password_refused',
  'password.removed': 'password_removed',
  'registration.asked': NOBODYS,
  'email.verification_asked': 'verification_asked',
  'email.verified': 'email_verified',
  'email.change_asked': 'email_asked',
  'email.change_confirmed': 'email_confirmed',
  'email.change_cancelled': 'email_cancelled',
  'email.changed': 'email_changed',
  'email.change_reverted': 'email_reverted',
  'user.created': 'account_made',
  'user.updated': 'profile_changed',
  'user.disabled': 'account_disabled',
  'user.enabled': 'account_enabled',
  'user.deletion_asked': 'deletion_asked',
  'user.deletion_cancelled': 'deletion_cancelled',
  // Nobody is left to look.
  'user.deleted': INSIDE,
  // Of every mail with a link; what is done by one is told.
  'user.link_created': INSIDE,
  'user.tokens_revoked': 'signed_out_everywhere',
  'consent.given': 'access_given',
  'consent.revoked': 'access_taken_back',
  'client.created': NOBODYS,
  'client.updated': NOBODYS,
  'client.disabled': NOBODYS,
  'client.enabled': NOBODYS,
  'client.deleted': NOBODYS,
  'client.tokens_revoked': NOBODYS,
  'organization.tokens_revoked': NOBODYS,
  'device.revoked': 'device_ended',
  'admin.everything_revoked': NOBODYS,
  'resource_server.created': NOBODYS,
  'resource_server.updated': NOBODYS,
  'resource_server.deleted': NOBODYS,
  'first_party.updated': NOBODYS,
  'risk_policy.updated': NOBODYS,
  'sign_in_policy.updated': NOBODYS,
  'connector.created': NOBODYS,
  'connector.updated': NOBODYS,
  'connector.deleted': NOBODYS,
  'webhook.created': NOBODYS,
  'webhook.updated': NOBODYS,
  'webhook.secret_rotated': NOBODYS,
  'webhook.disabled': NOBODYS,
  'webhook.enabled': NOBODYS,
  'webhook.deleted': NOBODYS,
  'webhook.replayed': NOBODYS,
  // What applications do with what they were given; that an old key of one came is told.
  'code.replayed': INSIDE,
  'token.issued': INSIDE,
  'token.refreshed': INSIDE,
  'token.reuse_detected': 'token_reused',
  'token.reuse_ignored': INSIDE,
  'token.revoked': INSIDE,
  'grant.revoked': INSIDE,
  'session.ended': 'signed_out',
  'session.revoked': 'session_ended',
  'session.raised': 'session_raised',
  // Also where policy lets it pass; a mail tells what is to be told.
  'risk.noticed': INSIDE,
  'audit.events_dropped': NOBODYS,
  'audit.refreshes_dropped': NOBODYS,
  'audit.event_refused': NOBODYS,
}

export const TOLD: readonly EventType[] = Object.keys(CATALOGUE)
  .filter(isEventType)
  .filter((type) => ACTIVITY_WORDS[type])
