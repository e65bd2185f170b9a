/**
 * What every way to prove who one is has in common. A method knows how its credential is stored, what it asks, and whether
 * an answer is right. Everything that all of them share (limits, CSRF, the audit trail, metrics, what a proof is worth,
 * the session) is done around them, in `src/sign-in`, so that none can forget it.
 */
import type { JsonObject } from '../../adapters/contract.ts'
import type { Account } from '../accounts/account.ts'
import type { Person } from '../accounts/person.ts'
import type { Origin } from '../audit/event.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'
import type { OnlyIf } from './only-if.ts'

export type { MethodId }

/**
 * What is proven (NIST SP 800-63B-4 §2.1): two of different kinds are two factors. A mailbox is neither: who reads the mail
 * can set a new password, so the two are one.
 */
export type Factor = 'knowledge' | 'possession' | 'mailbox'

/** `first`: by itself; `second`: after another; `recovery`: a second one that takes the place of one that is lost. */
export type Role = 'first' | 'second' | 'either' | 'recovery'

/** What a right answer has proven. */
export interface Proven {
  factors: readonly Factor[]
  /** Authentication method references (RFC 8176 §2). */
  amr: readonly string[]
  /** Nobody in between could have passed it on (NIST SP 800-63B-4 §3.2.5). */
  phishingResistant: boolean
  /** When, epoch ms, where that was elsewhere and before. */
  since?: number | undefined
}

/** Who answers, and as what. */
export interface Asked {
  /** Undefined for a name that nobody has, and before anything says who it is. */
  person: Person | undefined
  /** As it was typed; empty where nobody typed one. */
  name: string
  as: 'first' | 'second'
  origin: Origin
  /** What `challenge` has kept; it comes once. */
  kept: JsonObject | undefined
  /** Where, of the places elsewhere where it may be proven. */
  connector?: string | undefined
  /** How new a proof has to be that was given elsewhere. */
  howNew?: HowNew | undefined
  /** Epoch ms. */
  now: number
}

export interface HowNew {
  /** It may be so old, seconds. */
  maxAge: number
  /** Where nobody tells how old it is, it counts for nothing. */
  strict: boolean
}

/** What came with a form or a call. All of it is a stranger's. */
export interface Answer {
  password?: string | undefined
  code?: string | undefined
  /** A WebAuthn response as JSON. */
  response?: unknown
  /** What a browser has brought back from elsewhere: from which connector, and the query. */
  returned?: { slug: string; parameters: string } | undefined
}

/** `whose`: whom the attempt was about, where that is known. For the audit trail alone, but for what people are told by. */
export type Verdict =
  | { ok: true; person: Person; proven: Proven }
  | { ok: false; reason: Reason; whose?: Person['account'] | undefined }

export type Reason =
  /** There is no such name, or nothing of it to answer with. */
  | 'unknown'
  | 'no_password'
  | 'wrong_password'
  | 'malformed'
  | 'disabled'
  | 'wrong_code'
  /** Right, but it was used before. */
  | 'replayed'
  /** There is no question that this would be the answer to, or it is too old. */
  | 'no_challenge'
  | 'wrong_response'
  /** A passkey's counter went back: there may be a copy of it. */
  | 'clone_suspected'
  /** Elsewhere: its person did not go on, it came from another place, was too old, or nobody could be asked. */
  | 'declined'
  | 'issuer_mismatch'
  | 'not_fresh'
  | 'away'

/** `kept` lies with the sign-in, sealed, until the answer; `shown` is for the page or the caller. */
export interface Challenge {
  kept: JsonObject
  shown: JsonObject
}

/** How a person comes to have it in the middle of a sign-in. */
export interface Enrolment {
  /** What is shown, or asked of the browser. `holder` alone may answer it, once; of several the newest counts. */
  begin(person: Person, holder: string): Promise<JsonObject>
  /** What was shown last, while it is good: for who has not answered it yet. */
  shown?(holder: string): Promise<JsonObject | undefined>
  confirm(account: Account, holder: string, answer: Answer, how: Enrolling): Promise<Enrolled>
}

export interface Enrolling {
  origin: Origin
  /** Asked within the change: without it nothing is added. */
  only: OnlyIf
}

/** `proven`: what somebody has shown who added it. */
export type Enrolled = { ok: true; proven: Proven } | { ok: false; reason: EnrolFault }

/** `expired`: it was answered already, or is another's, or too old. `taken`: there is such a one already, somebody's. */
export type EnrolFault = 'wrong_code' | 'expired' | 'refused' | 'taken'

export interface Method {
  readonly id: MethodId
  readonly role: Role
  /** What it proves at most. */
  readonly factors: readonly Factor[]
  readonly phishingResistant: boolean
  /** Whether this person could answer, by what is stored. */
  ready(person: Person): boolean
  /** Whether an answer says by itself who it is from. */
  readonly identifies?: true
  /** It is asked and answered elsewhere: there is no page for it here. */
  readonly elsewhere?: true
  /** What it asks is sent to the person, by mail or by telephone: not again at once, and not too often. */
  readonly sends?: true
  /** How often what was asked may be answered; once unless told otherwise. */
  readonly tries?: number
  /** How long what was asked waits for its answer, ms; ten minutes unless told otherwise. */
  readonly life?: number
  /** For what has to be sent or asked before it can be answered. Undefined where that can't be done now. */
  challenge?(asked: Omit<Asked, 'kept'>): Promise<Challenge | undefined>
  /** Takes as long for `nobody` as for somebody where it serves as first. */
  verify(asked: Asked, answer: Answer): Promise<Verdict>
  /** For what can be added while somebody signs in. */
  readonly enrolment?: Enrolment
}
