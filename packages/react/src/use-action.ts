import { useCallback, useEffect, useRef, useState } from 'react'
import { type Failure, toFailure } from './failure.ts'

/** What a form or a button shows of what it began. */
export interface Action {
  readonly pending: boolean
  /** Of the last try. */
  readonly error: Failure | undefined
}

const REST: Action = { pending: false, error: undefined }
const BUSY: Action = { pending: true, error: undefined }

/**
 * Runs one at a time: a second click does nothing. `run` resolves with whether it was done; it never rejects, so that a
 * handler may let go of it.
 */
export function useAction(): Action & { run: (perform: () => Promise<unknown>) => Promise<boolean> } {
  const [action, setAction] = useState(REST)
  const busy = useRef(false)
  const show = useCallback((next: Action) => {
    busy.current = next.pending
    setAction(next)
  }, [])
  useEffect(() => {
    // Back from the page that a redirect led to, as it was left: waiting for it to go.
    const restored = (event: PageTransitionEvent) => event.persisted && show(REST)
    addEventListener('pageshow', restored)
    return () => removeEventListener('pageshow', restored)
  }, [show])
  const run = useCallback(
    async (perform: () => Promise<unknown>) => {
      if (busy.current) return false
      show(BUSY)
      try {
        await perform()
        show(REST)
        return true
      } catch (error) {
        show({ pending: false, error: toFailure(error) })
        return false
      }
    },
    [show],
  )
  return { ...action, run }
}
