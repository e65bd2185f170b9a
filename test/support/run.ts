/**
 * `npm test`: provides what the tests need, runs them all, and ends in one line, "N passed, N failed". Nothing is
 * ever left out: what can't be provided is a failure that says what to install.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Tally } from './closing-line.ts'
import { type Requirement, requirements } from './programs.ts'

const VITEST = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url)

const NOTHING_RAN: Tally = { passed: 0, failed: 1 }

async function run(args: string[]): Promise<Tally> {
  try {
    return provide() ? await runTests(args) : NOTHING_RAN
  } catch (error) {
    console.error(error)
    return NOTHING_RAN
  }
}

function provide(): boolean {
  const missing = stillMissing()
  if (missing.length === 0) return true
  const packages = missing.flatMap((requirement) => requirement.packages)
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) install(packages)
  const lacking = stillMissing()
  if (lacking.length > 0) console.error(explain(lacking))
  return lacking.length === 0
}

const stillMissing = (): Requirement[] => requirements.filter((requirement) => !requirement.isThere())

function install(packages: string[]): void {
  console.log(`Installing for the tests: ${packages.join(' ')}`)
  aptGet('update')
  aptGet('install', '--yes', '--no-install-recommends', ...packages)
}

function aptGet(...args: string[]): void {
  spawnSync('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet', ...args], { stdio: 'inherit' })
}

function explain(lacking: Requirement[]): string {
  const packages = lacking.flatMap((requirement) => requirement.packages)
  return [
    `The tests need ${lacking.map((requirement) => requirement.what).join(', ')}. On Debian or Ubuntu:`,
    '',
    `  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    '',
  ].join('\n')
}

/** The reporter hands its count over, so that it can be the last line, whatever else is still printed. */
async function runTests(args: string[]): Promise<Tally> {
  const vitest = fork(VITEST, ['run', ...args])
  let tally = NOTHING_RAN
  vitest.on('message', (message) => {
    tally = message as Tally
  })
  passSignalsOn(vitest)
  const status = await new Promise<number | null>((resolve) => vitest.once('exit', resolve))
  return status === 0 || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

/** The tests' servers are stopped by whoever started them, so that one is given the time. */
function passSignalsOn(vitest: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => vitest.kill(signal))
}

const { passed, failed } = await run(process.argv.slice(2))
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
