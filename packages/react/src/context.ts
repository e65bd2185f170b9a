import type { Gatehouse } from '@gatehouse/browser'
import { createContext, useContext } from 'react'
import type { Failure } from './failure.ts'
import type { Users } from './users.ts'

/** What the provider has for the hooks. */
export interface Provided {
  gatehouse: Gatehouse
  /** The same function for as long as `gatehouse` is the same, as `useSyncExternalStore` wants it. */
  subscribe: (listener: () => void) => () => void
  users: Users
  startError: Failure | undefined
}

export const Context = createContext<Provided | undefined>(undefined)

export function useProvided(): Provided {
  const provided = useContext(Context)
  if (provided === undefined)
    throw new Error('A hook of @gatehouse/react needs a GatehouseProvider above it.')
  return provided
}
