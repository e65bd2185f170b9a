/** The session of an application in a browser: what is known of it, and its silent refresh. */
import { codeOf, type GatehouseError, own } from './errors.ts'
import type { Grant, Known, Mode } from './mode.ts'
import { pause } from './pause.ts'
import type { Store } from './store.ts'
import { alone } from './tabs.ts'
import type { Session, SignedOutReason, TokenState } from './types.ts'

/** Between the pages: whoever has a token tells it to who asks, and when it is new; and when the session is over. */
type Message = { ask: true } | { known: Known } | { over: SignedOutReason }

export interface SessionUse {
  /** Of this application at this issuer. */
  name: string
  mode: Mode
  store: Store
}

export interface SessionKeeper {
  get(): Session
  tokenState(): TokenState | undefined
  subscribe(listener: () => void): () => void
  /** Listens to the other pages, and renews what is known, until it is stopped. */
  open(): void
  /** Takes up what this browser has. */
  resume(): Promise<Session>
  /** A new session, which takes the former one's place; `goesOn`: the same one. */
  begin(signIn: () => Promise<Grant>, goesOn?: boolean): Promise<Session>
  /** A token that isn't this one, and good for so long, in ms. */
  token(minValidity: number, not?: string): Promise<string>
  end(everywhere: boolean): Promise<void>
  forget(reason: SignedOutReason): void
  key(): Promise<CryptoKeyPair | undefined>
  stop(): void
}

/** What ends a session: every other refusal leaves it as it is. */
const OVER: Readonly<Record<string, SignedOutReason>> = {
  invalid_grant: 'ended',
  invalid_refresh: 'ended',
  refresh_reused: 'reused',
}
/** Nothing is wrong with the token: it is sent again. */
const AGAIN: readonly string[] = ['unreachable', 'superseded']
const PATIENCE_MS = 30_000

export function createSession({ name, mode, store }: SessionUse): SessionKeeper {
  let session: Session = { status: 'loading' }
  let known: Known | undefined
  let state: TokenState | undefined
  let flight: Promise<string> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let channel: BroadcastChannel | undefined
  let listens = false
  const listeners = new Set<() => void>()

  function become(next: Session, token?: Known): void {
    known = token
    state = token && { expiresAt: token.expiresAt }
    clearTimeout(timer)
    if (JSON.stringify(next) !== JSON.stringify(session)) session = next
    for (const listener of listeners) listener()
  }

  function adopt(next: Known): string {
    const { token, since, expiresAt, claims } = next
    become({ status: 'signed-in', ...(claims && { claims }) }, next)
    // Ahead of its end, and no two browsers in step.
    if (channel)
      timer = setTimeout(renew, since + (expiresAt - since) * (0.6 + 0.25 * Math.random()) - Date.now())
    return token
  }

  const forget = (reason: SignedOutReason): void => become({ status: 'signed-out', reason })

  const tell = (message: Message): void => channel?.postMessage(message)

  function hear(message: Message): void {
    if ('ask' in message) known && tell({ known })
    else if ('over' in message) forget(message.over)
    else if (message.known.expiresAt > (known?.expiresAt ?? Date.now())) adopt(message.known)
  }

  /** Nobody waits for it; what goes wrong is told to who asks next. */
  const renew = (): unknown => refresh().catch(() => {})

  /** The timer of a page that slept is late. */
  const wake = (): unknown => channel && known && Date.now() > known.expiresAt - PATIENCE_MS && renew()

  function open(): void {
    if (channel) return
    channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => hear(data)
    if (!listens)
      for (const event of ['online', 'pageshow', 'visibilitychange']) addEventListener(event, wake)
    listens = true
  }

  async function keep({ stored, ...grant }: Grant): Promise<string> {
    await store.write(stored)
    const next = { claims: known?.claims, idToken: known?.idToken, ...grant }
    tell({ known: next })
    return adopt(next)
  }

  async function over(reason: SignedOutReason): Promise<void> {
    await store.write(undefined)
    tell({ over: reason })
    forget(reason)
  }

  async function attempt(former: string | undefined, waited: boolean): Promise<string> {
    // Another page may have, or just have got, a newer one.
    if (waited || !former) {
      tell({ ask: true })
      for (let turn = 0; turn < 5 && known?.token === former; turn++) await pause(20)
    }
    if (known && known.token !== former) return known.token
    const stored = await store.read()
    if (!stored) {
      forget('signed-out')
      throw own('signed_out')
    }
    try {
      return await keep(await mode.refresh(stored, known?.claims))
    } catch (error) {
      const reason = OVER[codeOf(error)]
      if (!reason) throw error
      // Without a key nobody knows whether there ever was one.
      await over(former || stored.key ? reason : 'none')
      throw own('signed_out')
    }
  }

  async function persist(former: string | undefined): Promise<string> {
    for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, PATIENCE_MS)) {
      try {
        return await alone(name, (waited) => attempt(former, waited))
      } catch (error) {
        if (!(channel && AGAIN.includes(codeOf(error)))) throw error
        const { retryAfter = 0 } = (error as GatehouseError).details
        await pause(Math.max(pauseMs * (0.5 + Math.random() / 2), Number(retryAfter)))
      }
    }
  }

  /** As long as a person may be kept waiting; the refresh goes on behind it. */
  function refresh(): Promise<string> {
    open()
    flight ??= persist(known?.token).finally(() => {
      flight = undefined
    })
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(own('unreachable')), PATIENCE_MS)
    })
    return Promise.race([flight, late])
  }

  return {
    get: () => session,
    tokenState: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    open,
    async resume() {
      open()
      if (known) adopt(known)
      else if (!(await store.read())) forget('none')
      else
        await refresh().catch((error: unknown) => {
          if (session.status === 'loading') throw error
        })
      return session
    },
    begin(signIn, goesOn) {
      open()
      return alone(name, async () => {
        const grant = await signIn()
        // Perhaps of somebody else: what a page shows of the former person goes, in all of them.
        if (known && !goesOn) await over('signed-out')
        await keep(grant)
        return session
      })
    },
    async token(minValidity, not) {
      if (session.status === 'signed-out') throw own('signed_out')
      return known && known.token !== not && known.expiresAt - Date.now() >= minValidity
        ? known.token
        : refresh()
    },
    async end(everywhere) {
      open()
      try {
        await alone(name, async () => {
          const stored = await store.read()
          if (stored && everywhere && known) await mode.endEverywhere(stored, known.token, known.idToken)
          else if (stored) await mode.end(stored)
        })
      } catch (error) {
        if (!OVER[codeOf(error)]) throw error
      } finally {
        await over('signed-out')
      }
    },
    forget,
    key: async () => (await store.read())?.key,
    stop() {
      clearTimeout(timer)
      channel?.close()
      channel = undefined
    },
  }
}
