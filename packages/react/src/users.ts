/**
 * The claims of who is signed in: asked for once in a session, however many components want them, when the first one
 * is mounted and never in a render.
 */
import type { Claims, Gatehouse, Session } from '@gatehouse/browser'
import { type Failure, toFailure } from './failure.ts'

export type User =
  /** Not known yet, who it is or whether there is anybody. */
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly claims: Claims }
  | { readonly status: 'signed-out' }
  /** Somebody is signed in; `retry` asks again who. */
  | { readonly status: 'failed'; readonly error: Failure; readonly retry: () => void }

export interface Users {
  /** The same object until something changes. */
  getUser(): User
  subscribe(listener: () => void): () => void
}

export const LOADING: User = { status: 'loading' }
const SIGNED_OUT: User = { status: 'signed-out' }

export function createUsers(gatehouse: Gatehouse): Users {
  const listeners = new Set<() => void>()
  /** The answer to a session object is for no other one. */
  let known: { session: Session; user: User } | undefined

  const settle = (session: Session, user: User): void => {
    if (known?.session !== session) return
    known = { session, user }
    for (const listener of listeners) listener()
  }
  const ask = (session: Session): void => {
    known = { session, user: LOADING }
    gatehouse.getUser().then(
      (claims) => settle(session, { status: 'ready', claims }),
      (error: unknown) =>
        settle(session, { status: 'failed', error: toFailure(error), retry: () => retry(session) }),
    )
  }
  const retry = (session: Session): void => {
    if (known?.session !== session || known.user.status !== 'failed') return
    ask(session)
    for (const listener of listeners) listener()
  }
  const follow = (): void => {
    const session = gatehouse.getSession()
    if (session.status !== 'signed-in') known = undefined
    else if (known?.session !== session) ask(session)
  }

  return {
    getUser: () => {
      const session = gatehouse.getSession()
      if (session.status === 'signed-out') return SIGNED_OUT
      return known?.session === session ? known.user : LOADING
    },
    subscribe: (listener) => {
      const changed = (): void => {
        follow()
        listener()
      }
      listeners.add(listener)
      const unsubscribe = gatehouse.subscribe(changed)
      follow()
      return () => {
        listeners.delete(listener)
        unsubscribe()
      }
    },
  }
}
