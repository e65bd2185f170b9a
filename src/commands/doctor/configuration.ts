/** What can be judged without asking anybody: the settings, Node, the files. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Environment } from '../../config/env.ts'
import { findOpenings } from '../../config/node-options.ts'
import type { Verdict } from './verdict.ts'

export function* checkConfiguration(config: Config, warnings: readonly string[]): Iterable<Verdict> {
  const check = 'configuration'
  yield {
    check,
    status: 'ok',
    message: `${config.production ? 'production' : 'not production'}, issuer ${config.issuer}`,
  }
  for (const message of warnings) yield { check, status: 'warn', message }
  if (config.trustProxy !== false && config.issuer.startsWith('http:'))
    yield {
      check,
      status: 'warn',
      message: 'TRUST_PROXY is set although ISSUER is http: a proxy in front should end TLS',
    }
  if (config.refreshReuseGrace > 30_000)
    yield {
      check,
      status: 'warn',
      message: `REFRESH_REUSE_GRACE is ${config.refreshReuseGrace / 1000}s: a stolen refresh token may be used that long`,
    }
}

/** What the start refuses in production is a warning elsewhere: it tends to be carried along. */
export function* checkNode(env: Environment, execArgv: readonly string[]): Iterable<Verdict> {
  const check = 'node'
  yield { check, status: 'ok', message: `Node ${process.version}` }
  for (const { variable, message } of findOpenings(env, execArgv))
    yield { check, status: 'warn', message: `${variable} ${message}` }
}

/** To be asked before anything opens the folder: embedded storage mends its mode. */
export async function* checkFiles({ dataDir }: Pick<Config, 'dataDir'>): AsyncIterable<Verdict> {
  const check = 'files'
  let found = 0
  let open = 0
  for (const [path, right] of [
    [dataDir, '0700'],
    [join(dataDir, 'master.key'), '0600'],
    [join(dataDir, 'demo.json'), '0600'],
  ] as const) {
    const mode = await stat(path).then(
      (entry) => entry.mode & 0o777,
      () => undefined,
    )
    if (mode === undefined) continue
    found += 1
    if ((mode & 0o077) === 0) continue
    open += 1
    const shown = mode.toString(8).padStart(4, '0')
    yield { check, status: 'warn', message: `${path} is open to others (mode ${shown}): chmod ${right} it` }
  }
  if (found > 0 && open === 0)
    yield { check, status: 'ok', message: `${dataDir} and its secrets are closed to others` }
}
