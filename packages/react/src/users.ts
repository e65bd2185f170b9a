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

interface Asked {
  readonly session: Session
  user: User
}

export function createUsers(gatehouse: Gatehouse): Users {
  const listeners = new Set<() => void>()
  let asked: Asked | undefined

  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const ask = (session: Session): void => {
    const question: Asked = { session, user: LOADING }
    asked = question
    /** An answer to a question of before is nobody's. */
    const settle = (user: User): void => {
      if (asked !== question) return
      question.user = user
      tell()
    }
    const retry = (): void => {
      if (asked !== question) return
      ask(session)
      tell()
    }
    gatehouse.getUser().then(
      (claims) => settle({ status: 'ready', claims }),
      (error: unknown) => settle({ status: 'failed', error: toFailure(error), retry }),
    )
  }
  const follow = (): void => {
    const session = gatehouse.getSession()
    if (session.status !== 'signed-in') asked = undefined
    else if (asked?.session !== session) ask(session)
  }

  return {
    getUser: () => {
      const session = gatehouse.getSession()
      if (session.status === 'signed-out') return SIGNED_OUT
      return asked?.session === session ? asked.user : LOADING
    },
    subscribe: (listener) => {
      listeners.add(listener)
      const unsubscribe = gatehouse.subscribe(() => {
        follow()
        listener()
      })
      follow()
      return () => {
        listeners.delete(listener)
        unsubscribe()
      }
    },
  }
}
