import type { Gatehouse } from '@gatehouse/browser'
import { useCallback } from 'react'
import { useProvided } from './context.ts'
import { type Action, useAction } from './use-action.ts'

export interface SignOut extends Action {
  /**
   * Resolves with whether the server was told; why not is in `error`. This browser has forgotten the session either way.
   */
  readonly signOut: (options?: Parameters<Gatehouse['signOut']>[0]) => Promise<boolean>
}

export function useSignOut(): SignOut {
  const { gatehouse } = useProvided()
  const { run, pending, error } = useAction()
  const signOut = useCallback<SignOut['signOut']>(
    (options) => run(() => gatehouse.signOut(options)),
    [gatehouse, run],
  )
  return { pending, error, signOut }
}
