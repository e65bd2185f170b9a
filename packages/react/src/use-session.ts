import type { Session } from '@gatehouse/browser'
import { useSyncExternalStore } from 'react'
import { useProvided } from './context.ts'

const LOADING: Session = { status: 'loading' }

/** Whether somebody is signed in. On a server, and while its page comes to life, always `loading`. */
export function useSession(): Session {
  const { gatehouse, subscribe } = useProvided()
  return useSyncExternalStore(
    subscribe,
    () => gatehouse.getSession(),
    () => LOADING,
  )
}
