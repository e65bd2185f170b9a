import type { Assessed } from '../audit/assessment.ts'
import type { Origin } from '../audit/event.ts'
import type { SignInHistory } from './sign-ins-repository.ts'

/** The risk of a sign-in: begun whoever signs in, and for names that nobody has. */
export type LookAtSignIn = (from: Pick<Origin, 'ip'>) => Promise<WeighSignIn>

/** Asked once something was proven: `device` is the one that its cookie names, `history` what the person left before. */
export type WeighSignIn = (signIn: {
  sub: string
  at: number
  device: string | undefined
  history: SignInHistory
}) => Assessed
