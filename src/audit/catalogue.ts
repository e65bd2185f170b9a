/**
 * Every event that the house records, a closed union: what it is called (`area.verb_past`), how it ended, and what it
 * tells besides the fields that all have. A value that a person chose (a name, an address) is never a detail: details
 * can't be erased.
 */
import { z } from 'zod'
import { METHODS } from '../telemetry/metric-labels.ts'
import { ASSESSED } from './assessment.ts'

export type Outcome = 'success' | 'failure'

/** For the mail that follows, where its reader has never said theirs. */
const ASKED_IN = z.string().optional().describe('in which of our languages it was asked')

/** By type: the members of the event’s details. */
export const DETAILS = {
  'login.succeeded': {
    method: z.enum(METHODS).describe('by which it began'),
    methods: z.array(z.enum(METHODS)).describe('all that were used, in their order'),
    acr: z.string(),
    device: z.string(),
    ...ASSESSED,
  },
  'login.failed': { method: z.enum(METHODS), ...z.object(ASSESSED).partial().shape },
  'login.code_asked': {
    method: z.enum(METHODS),
    sent: z.boolean().describe('whether there is somebody whom it may be sent to'),
  },
  'login.codes_suppressed': { method: z.enum(METHODS) },
  'mfa.failed': { method: z.enum(METHODS) },
  'mfa.enrolment_asked': { method: z.enum(METHODS) },
  'mfa.enrolled': {
    method: z.enum(METHODS),
    replaces: z.literal(true).optional().describe('the one of this kind that the person had before'),
  },
  'mfa.removed': {
    method: z.enum(METHODS),
    last: z.boolean().describe('whether the account has no second factor now'),
  },
  'mfa.clone_suspected': { method: z.enum(METHODS) },
  'mfa.recovery_used': { left: z.number().int().describe('how many codes are left') },
  'mfa.reset': { methods: z.array(z.enum(METHODS)) },
  'identity.linked': { connector: z.string() },
  'identity.unlinked': { connector: z.string() },
  'login.disowned': { ended: z.string() },
  'password.reset_asked': { locale: ASKED_IN },
  'password.set': { by: z.enum(['link', 'reset', 'change', 'operator', 'import']) },
  'password.change_refused': {},
  'password.removed': {},
  'registration.asked': { registration: z.string() },
  'email.verification_asked': { locale: ASKED_IN },
  'email.verified': {},
  'email.change_asked': { change: z.string() },
  'email.change_confirmed': { change: z.string(), by: z.enum(['old', 'new']) },
  'email.change_cancelled': {},
  'email.changed': { change: z.string() },
  'email.change_reverted': { change: z.string() },
  'user.created': {},
  'user.updated': { fields: z.array(z.string()) },
  'user.disabled': {},
  'user.enabled': {},
  'user.deletion_asked': { delete_after: z.string() },
  'user.deletion_cancelled': {},
  'user.deleted': {},
  'user.link_created': { purpose: z.string() },
  'user.tokens_revoked': {},
  'consent.given': {
    scopes: z.array(z.string()),
    claims: z.array(z.string()),
    resources: z.array(z.string()),
  },
  'consent.revoked': {},
  'client.created': {},
  'client.updated': { fields: z.array(z.string()) },
  'client.disabled': {},
  'client.enabled': {},
  'client.deleted': {},
  'client.tokens_revoked': {},
  'organization.tokens_revoked': {},
  'device.revoked': { device: z.string() },
  'admin.everything_revoked': { issued_before: z.string() },
  'resource_server.created': { identifier: z.string() },
  'resource_server.updated': { identifier: z.string(), fields: z.array(z.string()) },
  'resource_server.deleted': { identifier: z.string() },
  'first_party.updated': { fields: z.array(z.string()) },
  'risk_policy.updated': { fields: z.array(z.string()) },
  'sign_in_policy.updated': { fields: z.array(z.string()) },
  'connector.created': { connector: z.string() },
  'connector.updated': { connector: z.string(), fields: z.array(z.string()) },
  'connector.deleted': { connector: z.string() },
  'webhook.created': { webhook: z.string() },
  'webhook.updated': { webhook: z.string(), fields: z.array(z.string()) },
  'webhook.secret_rotated': { webhook: z.string(), former_signs_until: z.string() },
  'webhook.disabled': { webhook: z.string() },
  'webhook.enabled': { webhook: z.string(), from: z.enum(['where_it_was', 'now']) },
  'webhook.deleted': { webhook: z.string() },
  'webhook.replayed': { webhook: z.string(), count: z.number().int() },
  'code.replayed': { revoked: z.boolean() },
  'token.issued': { grant_type: z.string(), scope: z.string() },
  'token.refreshed': {
    number: z.number().int(),
    repeat: z.boolean(),
    behind: z.literal(true).optional(),
  },
  'token.reuse_detected': { number: z.number().int(), revokes: z.enum(['family', 'session', 'user']) },
  'token.reuse_ignored': { number: z.number().int() },
  'token.revoked': {},
  'grant.revoked': {},
  'session.ended': {},
  'session.revoked': {},
  'session.raised': {},
  'risk.noticed': ASSESSED,
  'audit.events_dropped': {
    chain: z.string(),
    first: z.number().int(),
    last: z.number().int(),
    hash: z.string(),
  },
  'audit.refreshes_dropped': { count: z.number().int() },
  'audit.event_refused': { sha256: z.string() },
} as const satisfies Record<string, z.core.$ZodShape>

export type EventDetails = { [Type in keyof typeof DETAILS]: MembersOf<(typeof DETAILS)[Type]> }

type MembersOf<Shape extends z.core.$ZodShape> = keyof Shape extends never
  ? Record<never, never>
  : z.output<z.ZodObject<Shape>>

export type EventType = keyof EventDetails

interface Kind {
  outcome: Outcome
  /** Comes from the store of short-lived state; no other type is taken from there. */
  ofState?: true
  /** For people: what it says when it is there. */
  says: string
}

const MAIN = {
  'login.succeeded': { outcome: 'success', says: 'a person proved to be who they are' },
  'login.failed': { outcome: 'failure', says: 'somebody did not; the reason says why' },
  'login.code_asked': {
    outcome: 'success',
    says: 'somebody asked for a code to be sent; without a subject, for a name that nobody has',
  },
  'login.codes_suppressed': {
    outcome: 'failure',
    says: 'somebody asked for more codes than one person is sent in a time: nothing was sent',
  },
  'mfa.failed': { outcome: 'failure', says: 'somebody did not prove a second factor; the reason says why' },
  'mfa.enrolment_asked': {
    outcome: 'success',
    says: 'a person was sent a code, to show that a number is theirs',
  },
  'mfa.enrolled': { outcome: 'success', says: 'a person can prove who they are by one thing more' },
  'mfa.removed': { outcome: 'success', says: 'a person took away what they had proven who they are by' },
  'mfa.clone_suspected': {
    outcome: 'failure',
    says: 'the counter of a passkey did not go up: there may be a copy of it, so it is refused from then on',
  },
  'mfa.recovery_used': { outcome: 'success', says: 'a person used up a recovery code' },
  'mfa.reset': { outcome: 'success', says: 'the operator took a person’s second factors away' },
  'identity.linked': {
    outcome: 'success',
    says: 'a person connected their account with one elsewhere, and can sign in by it',
  },
  'identity.unlinked': { outcome: 'success', says: 'they can do so no more' },
  'login.disowned': {
    outcome: 'success',
    says: 'a person said that it wasn’t them: what is named was ended, and before that their password and what they had connected elsewhere',
  },
  'password.change_refused': {
    outcome: 'failure',
    says: 'somebody who was signed in did not know the password that they wanted to change',
  },
  'password.removed': { outcome: 'success', says: 'the password of a person stopped working' },
  'password.reset_asked': {
    outcome: 'success',
    says: 'somebody asked for a link that sets a new password; without a subject, for a name that nobody has',
  },
  'password.set': { outcome: 'success', says: 'a person got another password' },
  'registration.asked': {
    outcome: 'success',
    says: 'somebody asked for an account; it is none before its address is proven',
  },
  'email.verification_asked': {
    outcome: 'success',
    says: 'a person asked for a link that proves their address',
  },
  'email.verified': { outcome: 'success', says: 'a person proved their address' },
  'email.change_asked': { outcome: 'success', says: 'a person wants another address' },
  'email.change_confirmed': {
    outcome: 'success',
    says: 'one of the two addresses agreed; `by` says which',
  },
  'email.change_cancelled': { outcome: 'success', says: 'a person wants it no more' },
  'email.changed': { outcome: 'success', says: 'an account has another address' },
  'email.change_reverted': {
    outcome: 'success',
    says: 'the old address took a change back, and ended all that was signed in',
  },
  'user.created': { outcome: 'success', says: 'an account was made' },
  'user.updated': { outcome: 'success', says: 'an account was changed' },
  'user.disabled': { outcome: 'success', says: 'an account may sign in no more' },
  'user.enabled': { outcome: 'success', says: 'it may again' },
  'user.deletion_asked': {
    outcome: 'success',
    says: 'a person wants their account deleted: it may sign in no more, and is gone after that time',
  },
  'user.deletion_cancelled': { outcome: 'success', says: 'it stays after all' },
  'user.deleted': { outcome: 'success', says: 'an account is gone' },
  'user.link_created': {
    outcome: 'success',
    says: 'a one-time link was made; `purpose` says what who has it may do',
  },
  'user.tokens_revoked': { outcome: 'success', ofState: true, says: 'a person was signed out everywhere' },
  'consent.given': { outcome: 'success', says: 'a person allowed a client something' },
  'consent.revoked': { outcome: 'success', says: 'a person took back what they had allowed a client' },
  'client.created': { outcome: 'success', says: 'a client was made' },
  'client.updated': { outcome: 'success', says: 'a client was changed' },
  'client.disabled': { outcome: 'success', says: 'a client gets no more tokens' },
  'client.enabled': { outcome: 'success', says: 'it does again' },
  'client.deleted': { outcome: 'success', says: 'a client is gone' },
  'client.tokens_revoked': { outcome: 'success', ofState: true, says: 'all tokens of a client were ended' },
  'organization.tokens_revoked': {
    outcome: 'success',
    ofState: true,
    says: 'everybody of an organization was signed out of it',
  },
  'device.revoked': { outcome: 'success', ofState: true, says: 'a person was signed out on a device' },
  'admin.everything_revoked': {
    outcome: 'success',
    says: 'what everybody had was ended, as far as it was issued before a moment',
  },
  'resource_server.created': { outcome: 'success', says: 'a resource server was made' },
  'resource_server.updated': { outcome: 'success', says: 'a resource server was changed' },
  'resource_server.deleted': { outcome: 'success', says: 'a resource server is gone' },
  'first_party.updated': {
    outcome: 'success',
    says: 'what tokens of the first-party API are for, or how long they live, was changed',
  },
  'risk_policy.updated': {
    outcome: 'success',
    says: 'what follows when rules of risk speak was changed',
  },
  'sign_in_policy.updated': {
    outcome: 'success',
    says: 'what a sign-in has to be was changed',
  },
  'connector.created': { outcome: 'success', says: 'a connector was made' },
  'connector.updated': { outcome: 'success', says: 'a connector was changed' },
  'connector.deleted': {
    outcome: 'success',
    says: 'a connector is gone, and with it what people had connected by it',
  },
  'webhook.created': { outcome: 'success', says: 'a webhook was made' },
  'webhook.updated': { outcome: 'success', says: 'a webhook was changed' },
  'webhook.secret_rotated': {
    outcome: 'success',
    says: 'a webhook got another secret; the one before signs too until a time',
  },
  'webhook.disabled': {
    outcome: 'success',
    says: 'a webhook is told nothing more: `operator`, `gone` (it answered 410) or `failing` (for three days)',
  },
  'webhook.enabled': { outcome: 'success', says: 'it is told again' },
  'webhook.deleted': { outcome: 'success', says: 'a webhook is gone' },
  'webhook.replayed': { outcome: 'success', says: 'what was set aside for a webhook is tried again' },
  'code.replayed': { outcome: 'failure', ofState: true, says: 'an authorization code came a second time' },
  'token.issued': { outcome: 'success', ofState: true, says: 'a client got its first tokens of a grant' },
  'token.reuse_detected': {
    outcome: 'failure',
    ofState: true,
    says: 'an old refresh token came: two parties hold the family, which has ended',
  },
  'token.reuse_ignored': {
    outcome: 'failure',
    ofState: true,
    says: 'an old refresh token came, but nobody waited for the answer any more: nothing was ended',
  },
  'token.revoked': { outcome: 'success', ofState: true, says: 'an access token was ended by its client' },
  'grant.revoked': {
    outcome: 'success',
    ofState: true,
    says: 'a refresh-token family was ended',
  },
  'session.ended': { outcome: 'success', ofState: true, says: 'a person signed out' },
  'session.revoked': { outcome: 'success', ofState: true, says: 'a session was ended for its person' },
  'session.raised': {
    outcome: 'success',
    ofState: true,
    says: 'a person proved again who they are, as a refresh of theirs was odd, and goes on',
  },
  'risk.noticed': {
    outcome: 'failure',
    ofState: true,
    says: 'a refresh was odd, though it may be honest: `rules` says which rules spoke, `risk` what was decided',
  },
  'audit.events_dropped': {
    outcome: 'success',
    says: 'events beyond their time were dropped, up to this hash',
  },
  'audit.refreshes_dropped': {
    outcome: 'failure',
    ofState: true,
    says: 'refreshes that were not recorded, as nobody took events from Redis',
  },
  'audit.event_refused': { outcome: 'failure', says: 'what lay among the events of Redis was none of ours' },
} satisfies Partial<Record<EventType, Kind>>

/** So many more than of all others, and of so little interest after a while, that they have a chain of their own. */
const REFRESHES = {
  'token.refreshed': { outcome: 'success', ofState: true, says: 'a refresh token was used' },
} satisfies Partial<Record<EventType, Kind>>

export const CATALOGUE: Readonly<Record<EventType, Kind>> = { ...MAIN, ...REFRESHES }

export type ChainName = 'main' | 'refreshes'
export const CHAINS: readonly ChainName[] = ['main', 'refreshes']

export const chainOf = (type: EventType): ChainName => (type in REFRESHES ? 'refreshes' : 'main')

export const isEventType = (type: unknown): type is EventType =>
  typeof type === 'string' && Object.hasOwn(CATALOGUE, type)
