import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node'

export interface Tally {
  passed: number
  failed: number
}

/** Ends the run with one plain line; what could not run, or was skipped, counts as failed. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    faults: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const tally = count(modules, faults.length)
    if (reason !== 'passed' && tally.failed === 0) tally.failed = 1
    if (tally.failed > 0) process.exitCode = 1
    // Under `npm test` it is the parent who has the last word.
    if (process.send) process.send(tally)
    else process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`)
  }
}

function count(modules: readonly TestModule[], faults: number): Tally {
  const tally = { passed: 0, failed: faults }
  for (const module of modules) {
    const before = tally.failed
    for (const test of module.children.allTests()) {
      if (test.result().state === 'passed') tally.passed++
      else tally.failed++
    }
    const failedAsAWhole = module.state() === 'failed' && tally.failed === before
    if (failedAsAWhole) tally.failed++
  }
  return tally
}
