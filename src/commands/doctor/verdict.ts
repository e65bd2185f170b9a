import { EXIT } from '../exit-codes.ts'

/** `note`: nothing to judge yet. `warn`: it works, and could work better or safer. */
export type Status = 'ok' | 'note' | 'warn' | 'fail'

export interface Verdict {
  check: string
  status: Status
  message: string
  /** What a failure means to the shell, where it is not 1. */
  exit?: number
}

export type Verdicts = AsyncIterable<Verdict> | Iterable<Verdict>

/** The gravest failure counts: what keeps others from being looked at. */
export function exitOf(verdicts: readonly Verdict[]): number {
  const failures = verdicts.filter(({ status }) => status === 'fail').map(({ exit }) => exit ?? EXIT.failed)
  return (
    [EXIT.configuration, EXIT.storeAway].find((code) => failures.includes(code)) ?? failures[0] ?? EXIT.ok
  )
}
