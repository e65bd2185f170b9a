/** An answer, from the door to what it comes to. */
import type { Account } from '../accounts/account.ts'
import type { Person } from '../accounts/person.ts'
import { about } from '../accounts/record-sign-in.ts'
import type { Assessed } from '../audit/assessment.ts'
import { createEvent } from '../audit/event.ts'
import type { Method, Verdict } from '../methods/method.ts'
import type { Admission, Attempt } from '../security/rate-limit/sign-in-guard.ts'
import { AppError } from '../shared/app-error.ts'
import { isSame, take } from './challenges.ts'
import type { Gathered } from './gather.ts'
import { type Offered, offer, personNamed, startOf, stepAfter } from './offer.ts'
import type { Question, SignInState } from './states.ts'
import type { At, Given, Outcome, Reported, SignInsUse } from './types.ts'

export async function answer(use: SignInsUse, at: At, id: string, given: Given): Promise<Outcome> {
  const offered = await offer(use, at)
  const method = offered.ways.find((way) => way.id === id)
  if (method === undefined) return { kind: 'not_offered' }
  const username = given.username ?? offered.state.username ?? ''
  const admission = await admit(use, at, method, offered, username)
  if (!admission.ok) {
    const { refusal } = admission
    report(use, at, { method: method.id, as: offered.as, refusal })
    return { kind: 'refused', refusal }
  }
  const { attempt } = admission
  let isCounted = false
  const failed = async (): Promise<void> => {
    isCounted = true
    await attempt.failed()
  }
  try {
    return await look(use, at, { offered, method, username, given, attempt: { ...attempt, failed } })
  } catch (error) {
    // What was wrong stays counted, whatever can't be written of it.
    if (!isCounted) await attempt.giveBack()
    if (error instanceof AppError && error.code === 'busy') return { kind: 'busy' }
    throw error
  }
}

const report = (use: SignInsUse, { req, origin }: At, what: Reported): void =>
  use.report(req, origin.client, what)

function admit(
  { guard }: SignInsUse,
  { id, origin, req }: At,
  method: Method,
  { as, state }: Offered,
  username: string,
): Promise<Admission> {
  const [ip, cookieHeader] = [origin.ip ?? '', req.headers.cookie]
  if (as === 'second') return guard.admitSecond({ signIn: id, sub: state.sub ?? '' })
  return method.identifies === true
    ? guard.admitNameless({ ip })
    : guard.admit({ ip, cookieHeader, username })
}

interface Try {
  offered: Offered
  method: Method
  username: string
  given: Given
  attempt: Attempt
}

async function look(use: SignInsUse, at: At, tried: Try): Promise<Outcome> {
  const { offered, method, username, given, attempt } = tried
  const { policy, as, state } = offered
  const named =
    as === 'first' && method.identifies !== true ? await personNamed(use, username) : offered.person
  const [{ verdict, taken }, early] = await Promise.all([
    verify(use, at, tried, named),
    as === 'first' && method.identifies !== true ? use.gather(named?.account, at.origin) : undefined,
  ])
  const failed = async (reason: string, whose?: Account, assessed?: Assessed): Promise<Outcome> => {
    // What is answered elsewhere is not guessed at here; where that is down, a whole office may fail behind one address.
    await (method.elsewhere === true ? attempt.giveBack() : attempt.failed())
    await recordFailure(use, at, tried, { reason, whose, assessed })
    report(use, at, { method: method.id, as, ok: false, reason })
    return { kind: 'wrong', method: method.id, reason }
  }
  if (!verdict.ok) return failed(verdict.reason, verdict.whose)
  const { person, proven } = verdict
  const { account } = person
  if (account.disabled || !use.mayEnter(account)) return failed('disabled', account)
  // Whoever was named and somebody else who answers are two: the other one signs in by saying so.
  if (
    as === 'first' &&
    method.identifies === true &&
    isAnother(await personNamed(use, username), username, person)
  )
    return failed('wrong_response', account)
  const gathered = early ?? (await use.gather(account, at.origin))
  const now = use.clock.now()
  const { assessed, trusted } =
    state.assessed === undefined
      ? gathered.weigh(account, now, policy.rememberDevice)
      : { ...state, assessed: state.assessed }
  if (assessed.risk === 'deny') return failed('denied', account, assessed)
  const { since = now, ...shown } = proven
  const proof = { ...shown, method: method.id, at: Math.min(now, since) }
  const next: SignInState = {
    ...{ proofs: [...state.proofs, proof], sub: account.sub, epoch: state.epoch ?? account.epoch, assessed },
    ...{ trusted: trusted === true, remember: given.remember ?? state.remember ?? false },
    ...(state.reused === true && { reused: true }),
    ...(state.refreshToken !== undefined && { refreshToken: state.refreshToken }),
    ...(at.binding !== undefined && { binding: at.binding }),
  }
  return goOn(use, at, tried, { next, person, gathered, assessed, now, taken }, failed)
}

const isAnother = (named: Person | undefined, username: string, person: Person): boolean =>
  username !== '' && named?.account.id !== person.account.id

/** Asked first: what was asked is taken out in one step, so an answer counts once. */
async function verify(
  use: SignInsUse,
  at: At,
  { offered: { as }, method, username: name, given }: Try,
  person: Person | undefined,
): Promise<{ verdict: Verdict; taken?: Question | undefined }> {
  const taken = method.challenge === undefined ? undefined : await take(use, at, method)
  if (method.challenge !== undefined && taken === undefined)
    return { verdict: { ok: false, reason: 'no_challenge', whose: person?.account } }
  const { origin } = at
  const asked = { person, name, as, origin, kept: taken?.kept, now: use.clock.now() }
  return { verdict: await method.verify(asked, given), taken }
}

interface Proved {
  next: SignInState
  person: Person
  gathered: Gathered
  assessed: Assessed
  now: number
  /** The question that was answered, where one was asked. */
  taken: Question | undefined
}

async function goOn(
  use: SignInsUse,
  at: At,
  { given, attempt, method, offered: { policy, as, state, isStored } }: Try,
  { next, person, gathered, assessed, now, taken }: Proved,
  failed: (reason: string, whose: Account) => Promise<Outcome>,
): Promise<Outcome> {
  const { account } = person
  const step = stepAfter(use, policy, next, person, at)
  const began = next.proofs[0]?.method ?? method.id
  // What is complete leaves nothing that another answer could complete; who is cut off now begins anew.
  const kept: SignInState = step.kind === 'done' ? { proofs: [] } : next
  const keep = (): Promise<boolean> =>
    use.states.change(
      at.id,
      (stored) => {
        const present = startOf(stored, at, policy)
        const same = present.sub === state.sub && present.proofs.length === state.proofs.length
        return same && isSame(taken, stored.challenges?.[method.id], method)
          ? { state: kept, result: true }
          : { result: false }
      },
      at.life,
    )
  // One proof that is enough, and that no question was asked for, is worth as much each time.
  const isAlone = step.kind === 'done' && as === 'first' && taken === undefined
  if (!isAlone && !(await keep())) return failed('replayed', account)
  if (step.kind === 'done' && next.refreshToken !== undefined) {
    if (next.epoch !== account.epoch) return failed('disabled', account)
    await use.states.end(at.id)
    await attempt.giveBack()
    report(use, at, { method: method.id, as, ok: true, account, done: false, began })
    return { kind: 'renewed', refreshToken: next.refreshToken }
  }
  if (step.kind === 'done') {
    const trust = given.trust === true
    const { history } = gathered
    const { rememberDevice } = policy
    const signedIn = await use.complete(at, {
      ...{ state: next, isStored: isStored || !isAlone, person, assessed, history, now },
      trustFor: trust && rememberDevice > 0 ? rememberDevice : undefined,
    })
    if (signedIn === undefined) return failed('disabled', account)
    await attempt.giveBack()
    report(use, at, { method: method.id, as, ok: true, account, done: true, began })
    return { kind: 'done', signedIn }
  }
  await attempt.giveBack()
  report(use, at, { method: method.id, as, ok: true, account, done: false, began })
  return step.kind === 'unreachable'
    ? { kind: 'unmet' }
    : { kind: step.kind, methods: step.methods.map(({ id }) => id) }
}

/** Whose it was, if anybody's; never what was typed, which may be a password. */
async function recordFailure(
  { record, clock }: SignInsUse,
  { origin }: At,
  { method, offered: { as } }: Try,
  { reason, whose, assessed }: { reason: string; whose: Account | undefined; assessed: Assessed | undefined },
): Promise<void> {
  const { client, device: _, ...from } = origin
  const who = whose === undefined ? { client } : { ...about(origin, whose), actor: undefined }
  const common = { ...who, reason }
  const event =
    as === 'first'
      ? ({ type: 'login.failed', ...common, details: { method: method.id, ...assessed } } as const)
      : ({ type: 'mfa.failed', ...common, details: { method: method.id } } as const)
  await record(createEvent(from, event, clock.now()))
}
