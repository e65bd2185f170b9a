/** A gatehouse without a server: a test says what happens. */
import type { Claims, Gatehouse, Session, TokenState } from '@gatehouse/browser'

export interface Double extends Gatehouse {
  become(session: Session): void
  /** How often each was called. */
  readonly calls: { start: number; stop: number; getUser: number; getAccessToken: number; listeners: number }
  /** Answers the oldest `getUser` that waits. */
  answerUser(answer: Claims | Error): Promise<void>
}

export const TOKEN = 'the-access-token-itself'

export function createDouble(first: Session = { status: 'loading' }): Double {
  let session = first
  const tokenState: TokenState = { expiresAt: 1_900_000_000_000 }
  const listeners = new Set<() => void>()
  const waiting: PromiseWithResolvers<Claims>[] = []
  const calls = { start: 0, stop: 0, getUser: 0, getAccessToken: 0, listeners: 0 }
  const isSignedIn = (): boolean => session.status === 'signed-in'
  return {
    calls,
    become(next) {
      session = next
      for (const listener of listeners) listener()
    },
    async answerUser(answer) {
      const call = waiting.shift()
      if (answer instanceof Error) call?.reject(answer)
      else call?.resolve(answer)
      await call?.promise.catch(() => {})
    },
    getSession: () => session,
    getTokenState: () => (isSignedIn() ? tokenState : undefined),
    subscribe(listener) {
      listeners.add(listener)
      calls.listeners = listeners.size
      return () => {
        listeners.delete(listener)
        calls.listeners = listeners.size
      }
    },
    async start() {
      calls.start++
      return session
    },
    stop() {
      calls.stop++
    },
    getUser() {
      calls.getUser++
      const call = Promise.withResolvers<Claims>()
      waiting.push(call)
      return call.promise
    },
    async getAccessToken() {
      calls.getAccessToken++
      return TOKEN
    },
    signIn: () => new Promise(() => {}),
    signInWithPassword: async () => session,
    answer: async () => session,
    challenge: async () => ({}),
    signOut: async () => {},
    fetch: async () => new Response(),
  }
}
