/**
 * A few thousand calls of honest clients and thieves over two nodes while things go wrong, and then the laws, from what
 * all of them saw. `npm run test:history` does the same with many more (`test/support/history/options.ts`).
 */
import { writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { theftsIn, violationsIn } from '../support/history/laws.ts'
import { optionsIn } from '../support/history/options.ts'
import { runHistory } from '../support/history/run.ts'
import { tableOf } from '../support/history/table.ts'

const { options, isLong } = optionsIn(process.env)

/** Kinds of clients whose tokens are bound to no key. */
const STEALABLE = 3

test('L-1 to L-8, L-12 hold, whatever is lost, repeated, killed or stolen', {
  timeout: isLong ? 24 * 60 * 60 * 1_000 : 120_000,
}, async () => {
  const run = await runHistory(options)
  const violations = violationsIn(run.evidence)
  if (isLong || violations.length > 0) writeSync(1, tableOf(options, run, violations))
  const { stolen, found } = theftsIn(run.evidence)
  expect({ seed: options.seed, violations }).toEqual({ seed: options.seed, violations: [] })
  expect(run.evidence.calls.filter(({ status }) => status === 500)).toEqual([])
  expect({ seed: options.seed, signedOut: run.signedOut }).toEqual({ seed: options.seed, signedOut: [] })
  // Of a theft in a moment that Redis has forgotten, L-5 says what must be known.
  if (run.evidence.forgotten.length === 0) expect(found).toEqual(stolen)
  expect(stolen.length).toBeGreaterThanOrEqual(options.thefts * STEALABLE)
})
