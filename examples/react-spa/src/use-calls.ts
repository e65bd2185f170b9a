import { useState } from 'react'

type Failure = Error & { code?: string }

/** What a button shows of the call that it makes. */
export function useCalls(): {
  pending: boolean
  error: Failure | undefined
  call: (perform: () => Promise<unknown>) => void
} {
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<Failure>()
  const call = (perform: () => Promise<unknown>): void => {
    if (pending) return
    setPending(true)
    setError(undefined)
    perform()
      .catch(setError)
      .finally(() => setPending(false))
  }
  return { pending, error, call }
}
