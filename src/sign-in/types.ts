/** What goes in and out of a sign-in. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '../../adapters/contract.ts'
import type { Account } from '../accounts/account.ts'
import type { Person } from '../accounts/person.ts'
import type { SignedInDevice, SignInOrigin } from '../accounts/record-sign-in.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Answer, MethodId } from '../methods/method.ts'
import type { Methods } from '../methods/registry.ts'
import type { PromptLimit } from '../security/rate-limit/prompt-limit.ts'
import type { Refusal } from '../security/rate-limit/refusal.ts'
import type { SignInGuard } from '../security/rate-limit/sign-in-guard.ts'
import type { Level } from '../security/sign-in-policy/levels.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import type { Clock } from '../shared/clock.ts'
import type { Proof } from './assurance.ts'
import type { Complete } from './complete.ts'
import type { Gather } from './gather.ts'
import type { States } from './states.ts'

/** A sign-in under way, and the request that goes on with it. */
export interface At {
  /** What its browser or caller brings, and nobody else knows. */
  id: string
  /** Made for this request: nothing can be kept of it yet. */
  isNew?: true
  origin: SignInOrigin & { client: string }
  req: IncomingMessage
  res: ServerResponse
  /** What the caller looks like, where nothing else ties the sign-in to them: who looks otherwise begins anew. */
  binding?: string | undefined
  wanted: Wanted
  /** Who is signed in already and has to prove more. */
  session?: { sub: string; proofs: Proof[] } | undefined
  /** How somebody began to sign in with this browser the last time, whoever it was. */
  lastMethod?: MethodId | undefined
  /** How long it may take, ms. */
  life: number
}

/** What the client asks for: what it needs, and what it would like. */
export interface Wanted {
  required?: Level | undefined
  wished?: Level | undefined
  /** How long ago it may have been proven who it is, seconds. */
  maxAge?: number | undefined
}

/** Beside the answer itself. */
export interface Given extends Answer {
  username?: string | undefined
  /** "Stay signed in". */
  remember?: boolean | undefined
  /** "Don't ask on this device". */
  trust?: boolean | undefined
  /** What an application calls the device. */
  label?: string | undefined
}

/** What a sign-in has come to: for the session. */
export interface SignedIn {
  account: Account
  acr: string
  amr: string[]
  /** Epoch seconds. */
  authTime: number
  remember: boolean
  device: SignedInDevice
  proofs: Proof[]
}

export type Outcome =
  | { kind: 'done'; signedIn: SignedIn }
  /** What `renew` began: the session may go on with this token. */
  | { kind: 'renewed'; refreshToken: string }
  | { kind: 'more'; methods: MethodId[] }
  /** What is demanded can be reached once one of these was added. */
  | { kind: 'enrol'; methods: MethodId[] }
  | { kind: 'wrong'; method: MethodId; reason: string }
  | { kind: 'refused'; refusal: Refusal }
  /** No capacity at this moment. */
  | { kind: 'busy' }
  /** This method is not asked for here. */
  | { kind: 'not_offered' }
  /** What the client needs, or policy, can't be reached by this account. */
  | { kind: 'unmet' }

export type Chosen =
  | Extract<Outcome, { kind: 'refused' | 'not_offered' }>
  | { kind: 'unavailable' }
  /** `challenge`: what it asks, null where that is nothing; `again`: in how many ms it may be sent again, where it was sent. */
  | { kind: 'chosen'; challenge: JsonObject | null; again: number | undefined }

/** What is known of a question. */
export interface Posed {
  /** What the method has asked, where it asks something. */
  challenge: unknown
  /** What it asks is sent, and this is in how many ms it may be sent again; undefined where nothing was. */
  again: number | undefined
  /** It has to be sent, and was not yet. */
  unsent: boolean
}

/** What to show. */
export type View =
  /** `ways`: those that need no name; `nameless`: there is no other; `last`: by which somebody signed in with this browser the last time. */
  | { step: 'name'; ways: MethodId[]; last?: MethodId | undefined; nameless: boolean }
  /** What the client needs, or policy, can't be reached by this account. */
  | { step: 'unmet' }
  | ({
      step: 'first'
      username: string
      remember: boolean
      method: MethodId
      ways: MethodId[]
      last?: MethodId | undefined
    } & Posed)
  | ({
      step: 'second'
      account: Account
      method: MethodId
      ways: MethodId[]
      /** How long nobody has to be asked again on this device, ms; 0: for every sign-in. */
      trustFor: number
    } & Posed)
  /** `methods`: what may be added, the strongest first; `further`: what they have already is not enough. */
  | { step: 'enrol'; account: Account; methods: MethodId[]; further: boolean }
  /** What was added has recovery codes, which are seen once. `set`: which; undefined where they have none. */
  | { step: 'codes'; account: Account; set: string | undefined }

export interface SignIns {
  view(at: At): Promise<View>
  /** Before anything is proven every name is as good as another. */
  name(at: At, username: string, remember: boolean): Promise<void>
  /** Shows another method, and asks what it has to ask. */
  choose(at: At, method: string): Promise<Chosen>
  /** The same, without showing its page. `connector`: where, of what is answered elsewhere. */
  challenge(at: At, method: string, connector?: string): Promise<Chosen>
  answer(at: At, method: string, given: Given): Promise<Outcome>
  /** Somebody whose refresh was odd has to prove again who they are, before it is done. */
  renew(at: At, sub: string, refreshToken: string): Promise<Extract<Outcome, { kind: 'more' | 'unmet' }>>
  /** Somebody else wants to sign in. */
  restart(at: At): Promise<void>
}

export interface SignInsUse {
  states: States
  methods: Methods
  persons: {
    findPersonByEmailKey(key: string): Promise<Person | undefined>
    findPersonBySub(sub: string): Promise<Person | undefined>
  }
  guard: SignInGuard
  findPolicy: (clientId: string) => Promise<SignInPolicy>
  prompts: PromptLimit
  gather: Gather
  complete: Complete
  record: (event: AuditEvent) => Promise<void>
  /** Who may not come in, whatever they know, is told what the disabled are told. */
  mayEnter: (account: Account) => boolean
  report: (req: IncomingMessage, clientId: string, what: Reported) => void
  clock: Clock
}

/** For log and metrics. */
export type Reported = {
  method: MethodId
  as: 'first' | 'second'
} /** `done`: somebody is signed in, who `began` with this method. */ & (
  | { ok: true; account: Account; done: boolean; began: MethodId }
  | { ok: false; reason: string }
  | { refusal: Refusal }
)
