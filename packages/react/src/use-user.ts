import { useSyncExternalStore } from 'react'
import { useProvided } from './context.ts'
import { LOADING, type User } from './users.ts'

export type { User }

/**
 * Who is signed in. A state rather than something that suspends: "nobody" is no exception, a server can't wait for an
 * answer that only this browser can get, and a page says more while it waits than a fallback would.
 */
export function useUser(): User {
  const { users } = useProvided()
  return useSyncExternalStore(users.subscribe, users.getUser, () => LOADING)
}
