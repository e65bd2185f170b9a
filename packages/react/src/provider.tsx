/**
 * The session, for everything below. It starts when the page is there, in an effect: nothing is asked, stored or read
 * while rendering, so a server renders what is the same for everybody (`loading`), and nobody's token.
 */
import { createGatehouse, type Gatehouse, type GatehouseOptions } from '@gatehouse/browser'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { Context } from './context.ts'
import { type Failure, toFailure } from './failure.ts'
import { createUsers } from './users.ts'

export type GatehouseProviderProps = { children?: ReactNode } & (
  | {
      /** Made by the application, once and outside of its components. */
      gatehouse: Gatehouse
      options?: never
    }
  | {
      /** Read once: a provider with other options wants another `key`. */
      options: GatehouseOptions
      gatehouse?: never
    }
)

export function GatehouseProvider({ children, ...given }: GatehouseProviderProps): ReactNode {
  const [first] = useState(() => (given.gatehouse ? given.gatehouse : createGatehouse(given.options)))
  const gatehouse = given.gatehouse ?? first
  const startError = useStart(gatehouse)
  const kept = useMemo(() => {
    const subscribe = (listener: () => void) => gatehouse.subscribe(listener)
    return { gatehouse, subscribe, users: createUsers(gatehouse) }
  }, [gatehouse])
  const provided = useMemo(() => ({ ...kept, startError }), [kept, startError])
  return <Context.Provider value={provided}>{children}</Context.Provider>
}

/** Runs for as long as the provider is mounted. What the start was refused with, until something changes. */
function useStart(gatehouse: Gatehouse): Failure | undefined {
  const [failed, setFailed] = useState<{ gatehouse: Gatehouse; error: Failure }>()
  useEffect(() => {
    let mounted = true
    const unsubscribe = gatehouse.subscribe(() => setFailed(undefined))
    gatehouse.start().catch((error: unknown) => {
      if (mounted) setFailed({ gatehouse, error: toFailure(error) })
    })
    return () => {
      mounted = false
      unsubscribe()
      gatehouse.stop()
    }
  }, [gatehouse])
  return failed?.gatehouse === gatehouse ? failed.error : undefined
}
