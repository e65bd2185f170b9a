import type { Environment } from './env.ts'
import type { Problem } from './problem.ts'

/** Each opens the process's memory, its environment or its TLS sessions to whoever can send a signal or read a file. */
const OPENING = /(?:^|[\s"'])(--(?:inspect|heapsnapshot-|heap-prof|cpu-prof|report-|tls-keylog)[\w-]*)/

/**
 * What Node itself was told, by `NODE_OPTIONS` or on its command line, that would undo the safeguards of production.
 * These are Node's names, so they stand in no list of ours.
 */
export function findOpenings(env: Environment, execArgv: readonly string[]): Problem[] {
  const problems: Problem[] = []
  // Node takes an underscore for a dash.
  const options = [env['NODE_OPTIONS'], ...execArgv].join(' ').replaceAll('_', '-')
  const [, option] = OPENING.exec(options) ?? []
  if (option !== undefined)
    problems.push({
      variable: 'NODE_OPTIONS',
      message: `and Node’s command line must not hold ${option} when NODE_ENV=production: it opens what is in memory`,
      example: '--max-old-space-size=512',
    })
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    problems.push({
      variable: 'NODE_TLS_REJECT_UNAUTHORIZED',
      message: 'must not be 0 when NODE_ENV=production: NODE_EXTRA_CA_CERTS adds an authority of your own',
      example: '1',
    })
  return problems
}
