import type { Person } from '../accounts/person.ts'
import type { CompletedSignIn, SignedInDevice, SignInOrigin } from '../accounts/record-sign-in.ts'
import type { SignInHistory } from '../accounts/sign-ins-repository.ts'
import type { Assessed } from '../audit/assessment.ts'
import type { SignInGuard } from '../security/rate-limit/sign-in-guard.ts'
import { acrOf, amrOf, levelOf, type Proof } from './assurance.ts'
import type { SignInState, States } from './states.ts'
import type { At, SignedIn } from './types.ts'

export interface CompleteUse {
  recordSignIn: (signIn: CompletedSignIn, origin: SignInOrigin) => Promise<SignedInDevice | undefined>
  guard: Pick<SignInGuard, 'remember'>
  states: Pick<States, 'end'>
}

export interface Ready {
  state: SignInState
  /** Something is kept of the sign-in, which is over. */
  isStored: boolean
  person: Person
  assessed: Assessed
  history: SignInHistory
  /** "Don't ask on this device", for so long; ms. */
  trustFor: number | undefined
  now: number
}

/** Undefined where the account was disabled, deleted or signed out everywhere by now: the row itself decides. */
export type Complete = (at: At, ready: Ready) => Promise<SignedIn | undefined>

export const createComplete =
  (use: CompleteUse): Complete =>
  async (at, { state, isStored, person: { account }, assessed, history, trustFor, now }) => {
    const { proofs } = state
    const [first, ...others] = proofs
    if (first === undefined || state.epoch !== account.epoch) return undefined
    const level = levelOf(proofs)
    const device = await use.recordSignIn(
      {
        ...{ account, assessed, history, at: now },
        methods: [first.method, ...others.map(({ method }) => method)],
        acr: acrOf(level),
        trustFor: level === '1fa' ? undefined : trustFor,
      },
      at.origin,
    )
    if (device === undefined) return undefined
    const cookieHeader = at.req.headers.cookie
    const { method } = first
    use.guard.remember(at.res, { cookieHeader, username: account.email, deviceId: device.cookieId, method })
    if (isStored) await use.states.end(at.id)
    return {
      ...{ account, device, proofs, acr: acrOf(level), amr: amrOf(proofs) },
      authTime: Math.floor(provenAt(state, proofs) / 1000),
      remember: state.remember === true,
    }
  }

/** What the session had proven before counts from when it did; what belongs to one sign-in is one moment, that of its last. */
function provenAt({ reused }: SignInState, proofs: readonly Proof[]): number {
  const times = proofs.map(({ at }) => at)
  return reused === true ? Math.min(...times) : Math.max(...times)
}
