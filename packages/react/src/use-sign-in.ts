import type { PasswordSignIn, Proof, RedirectSignIn } from '@gatehouse/browser'
import { useCallback } from 'react'
import { useProvided } from './context.ts'
import { type Action, useAction } from './use-action.ts'

export interface SignIn extends Action {
  /** Sends the browser to sign in. `pending` until the page goes. */
  readonly signIn: (how?: RedirectSignIn) => void
  /** Resolves with whether it was done; why not is in `error`. */
  readonly signInWithPassword: (credentials: PasswordSignIn) => Promise<boolean>
  /** Goes on where `error` is `mfa_required` or `step_up_required`. */
  readonly answer: (proof: Proof) => Promise<boolean>
}

export function useSignIn(): SignIn {
  const { gatehouse } = useProvided()
  const { run, pending, error } = useAction()
  const signIn = useCallback(
    (how?: RedirectSignIn) => void run(() => gatehouse.signIn(how)),
    [gatehouse, run],
  )
  const signInWithPassword = useCallback(
    (credentials: PasswordSignIn) => run(() => gatehouse.signInWithPassword(credentials)),
    [gatehouse, run],
  )
  const answer = useCallback((proof: Proof) => run(() => gatehouse.answer(proof)), [gatehouse, run])
  return { pending, error, signIn, signInWithPassword, answer }
}
