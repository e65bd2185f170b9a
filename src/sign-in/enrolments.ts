/**
 * A second factor, added on the way: where more is demanded of somebody than they have anything for
 * (docs/decisions/0027). What is shown to them is good in this sign-in alone; what they added counts as they have shown that
 * it works; and then they are shown their recovery codes, before anything else.
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../adapters/contract.ts'
import type { Account } from '../accounts/account.ts'
import type { Person } from '../accounts/person.ts'
import type { Origin } from '../audit/event.ts'
import type { Answer, EnrolFault, MethodId } from '../methods/method.ts'
import { type OnlyIf, onlyAsFirst, onlyWhile } from '../methods/only-if.ts'
import { setOf } from '../methods/recovery-codes/recovery-codes.ts'
import type { RecoveryCodesShow } from '../methods/recovery-codes/show-once.ts'
import { reaches } from '../security/sign-in-policy/levels.ts'
import { levelOf, type Proof } from './assurance.ts'
import { allowedBy, type Offered, offer, stepAfter } from './offer.ts'
import type { SignInState } from './states.ts'
import type { At, Outcome, SignInsUse } from './types.ts'

/** How somebody comes to have a second factor, where one is demanded that they can't have proven yet. */
export interface Enrolments {
  /** What a method shows or asks; `again`: what it has shown last, if that is good. Undefined where it can't be added here. */
  begin(at: At, method: string, how: { again: boolean }): Promise<JsonObject | undefined>
  /** `moved`: this sign-in is somewhere else by now. */
  confirm(
    at: At,
    method: string,
    given: Answer,
  ): Promise<Outcome | { kind: 'fault'; reason: EnrolFault } | Moved>
  /** The codes that were made, to exactly one who asks. */
  takeCodes(at: At): Promise<string[] | undefined>
  /** Others in the place of codes that nobody has seen. */
  remakeCodes(at: At): Promise<void>
  /** Completes the sign-in. `noted`: its person keeps the codes of this set. */
  finish(at: At, noted: string | undefined): Promise<Outcome | Moved>
}

export interface EnrolmentsUse
  extends Pick<
    SignInsUse,
    'states' | 'methods' | 'persons' | 'findPolicy' | 'clock' | 'gather' | 'complete' | 'report'
  > {
  recoveryCodes: RecoveryCodesShow
  /** That the person keeps them. */
  noteRecoveryCodes: (userId: string, id: string) => Promise<boolean>
}

type Moved = { kind: 'moved' }
const MOVED: Moved = { kind: 'moved' }

export function createEnrolments(use: EnrolmentsUse): Enrolments {
  return {
    begin: async (at, id, { again }) => {
      const { person, addable } = await offer(use, at)
      const enrolment = addable.find((method) => method.id === id)?.enrolment
      if (person === undefined || enrolment === undefined) return undefined
      const holder = holderOf(at, person)
      return (again ? await enrolment.shown?.(holder) : undefined) ?? enrolment.begin(person, holder)
    },
    confirm: (at, id, given) => confirm(use, at, id, given),
    takeCodes: async (at) => {
      const found = await atCodes(use, at)
      return found && use.recoveryCodes.takeShown(holderOf(at, found.person))
    },
    remakeCodes: async (at) => {
      const found = await atCodes(use, at)
      if (found !== undefined) await makeCodes(use, at, found.person)
    },
    finish: (at, noted) => finish(use, at, noted),
  }
}

/** Nobody but who goes on with this sign-in knows its id, which lies nowhere in clear. */
const holderOf = ({ id }: At, { account: { sub } }: Person): string => `sign-in ${id} ${sub}`

async function confirm(
  use: EnrolmentsUse,
  at: At,
  id: string,
  given: Answer,
): ReturnType<Enrolments['confirm']> {
  const offered = await offer(use, at)
  const { state } = offered
  const method = offered.addable.find((one) => one.id === id)
  if (offered.person === undefined || method?.enrolment === undefined) return MOVED
  const { account } = offered.person
  const enrolled = await method.enrolment.confirm(account, holderOf(at, offered.person), given, {
    origin: originOf(at),
    only: onlyIf(state, account),
  })
  if (!enrolled.ok) {
    const isHere = (await offer(use, at)).addable.length > 0
    return isHere ? { kind: 'fault', reason: enrolled.reason } : MOVED
  }
  const person = await use.persons.findPersonBySub(account.sub)
  const proof = { ...enrolled.proven, method: method.id, at: use.clock.now() }
  return person === undefined ? MOVED : goOn(use, at, { ...offered, person }, proof)
}

/** By the account's epoch at the first proof: whatever was ended since ends this too. */
function onlyIf({ proofs, epoch }: SignInState, { id, epoch: present }: Account): OnlyIf {
  const whose = { id, epoch: epoch ?? present }
  return reaches(levelOf(proofs), '2fa') ? onlyWhile(whose) : onlyAsFirst(whose)
}

type Arrived = Offered & { person: Person }

async function goOn(use: EnrolmentsUse, at: At, arrived: Arrived, proof: Proof): Promise<Outcome | Moved> {
  const { policy, state, person } = arrived
  const proven = { ...state, proofs: [...state.proofs, proof] }
  // What was only added is not worth every level: then it is asked for, as it will be from now on.
  const isEnough = stepAfter(use, policy, proven, person, at).kind === 'done'
  const showsCodes = isEnough && wouldHelp(use, at, arrived) && (await makeCodes(use, at, person))
  const next: SignInState = { ...(isEnough ? proven : state), ...(showsCodes && { showsCodes }) }
  if (!(await replace(use, at, state, next))) return MOVED
  const { account } = person
  const began = state.proofs[0]?.method ?? proof.method
  use.report(at.req, at.origin.client, {
    method: proof.method,
    as: 'second',
    ok: true,
    account,
    done: false,
    began,
  })
  return isEnough && !showsCodes ? complete(use, at, { ...arrived, state: next }) : MOVED
}

/** Whether recovery codes could stand for what was added. */
function wouldHelp(use: EnrolmentsUse, at: At, { policy, state, person }: Arrived): boolean {
  const codes = allowedBy(policy, use.methods).get('recovery-codes')
  if (codes === undefined) return false
  const { id: method, factors, phishingResistant } = codes
  const proof = { method, factors, phishingResistant, amr: [], at: use.clock.now() }
  return stepAfter(use, policy, { ...state, proofs: [...state.proofs, proof] }, person, at).kind === 'done'
}

const makeCodes = ({ recoveryCodes }: EnrolmentsUse, at: At, person: Person): Promise<boolean> =>
  recoveryCodes.make(person.account, holderOf(at, person), originOf(at))

/** Who has to see their codes, and nothing else any more. */
async function atCodes(use: EnrolmentsUse, at: At): Promise<Arrived | undefined> {
  const offered = await offer(use, at)
  const { state, person, ways, addable, unmet } = offered
  const isThere = state.showsCodes === true && ways.length === 0 && addable.length === 0 && !unmet
  return isThere && person !== undefined ? { ...offered, person } : undefined
}

async function finish(
  use: EnrolmentsUse,
  at: At,
  noted: string | undefined,
): ReturnType<Enrolments['finish']> {
  const arrived = await atCodes(use, at)
  if (arrived === undefined) return MOVED
  const { account, credentials } = arrived.person
  if (noted !== undefined && setOf(credentials)?.id === noted) await use.noteRecoveryCodes(account.id, noted)
  return complete(use, at, arrived)
}

/** For exactly one of any number of callers. */
async function complete(use: EnrolmentsUse, at: At, { state, person }: Arrived): Promise<Outcome | Moved> {
  const { assessed, proofs } = state
  const [first] = proofs
  if (assessed === undefined || first === undefined)
    throw new Error('a sign-in is weighed at its first proof')
  // Nothing is left that another answer could complete.
  if (!(await replace(use, at, state, { proofs: [] }))) return MOVED
  const { account } = person
  const { history } = await use.gather(account, at.origin)
  const rest = { assessed, history, trustFor: undefined, now: use.clock.now() }
  const signedIn = await use.complete(at, { state, isStored: true, person, ...rest })
  const about = { method: first.method, as: 'first' } as const
  const report = (
    what: { ok: true; account: Account; done: true; began: MethodId } | { ok: false; reason: string },
  ) => use.report(at.req, at.origin.client, { ...about, ...what })
  if (signedIn === undefined) {
    report({ ok: false, reason: 'disabled' })
    return { kind: 'wrong', method: first.method, reason: 'disabled' }
  }
  report({ ok: true, account, done: true, began: first.method })
  return { kind: 'done', signedIn }
}

/** In one step, while it is still what was looked at. */
const replace = (use: EnrolmentsUse, at: At, from: SignInState, to: SignInState): Promise<boolean> =>
  use.states.change(
    at.id,
    (stored) => (isDeepStrictEqual(stored, from) ? { state: to, result: true } : { result: false }),
    at.life,
  )

const originOf = ({ origin: { client: _, device: __, ...from } }: At): Origin => from
