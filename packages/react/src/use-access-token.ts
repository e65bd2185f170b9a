import type { Gatehouse, TokenState } from '@gatehouse/browser'
import { useCallback, useSyncExternalStore } from 'react'
import { useProvided } from './context.ts'

export interface AccessToken {
  /** Milliseconds since 1970; undefined while none is at hand. */
  readonly expiresAt: number | undefined
  /** As `getAccessToken`: a token that is good now, refreshed first where needed. */
  readonly get: Gatehouse['getAccessToken']
}

/**
 * The state of the access token, and a way to it. The token itself is in no state of React: there it would grow old,
 * and be one step from a page, a log and the developer tools. Ask when you call, or let `fetch` of the gatehouse do it.
 */
export function useAccessToken(): AccessToken {
  const { gatehouse, subscribe } = useProvided()
  const state = useSyncExternalStore<TokenState | undefined>(
    subscribe,
    () => gatehouse.getTokenState(),
    () => undefined,
  )
  const get = useCallback<AccessToken['get']>((options) => gatehouse.getAccessToken(options), [gatehouse])
  return { expiresAt: state?.expiresAt, get }
}
