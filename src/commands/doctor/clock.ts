import type { Verdict } from './verdict.ts'

const MOST_MS = 2000

/** Lives are counted by the stores' clocks and written into tokens by ours: the two must agree. */
export function judgeClock(check: string, theirs: number, ours: number): Verdict[] {
  const seconds = Math.round(Math.abs(theirs - ours) / 100) / 10
  if (Math.abs(theirs - ours) <= MOST_MS) return []
  const message = `its clock is ${seconds}s ${theirs > ours ? 'ahead of' : 'behind'} this machine’s`
  return [{ check, status: 'warn', message }]
}
