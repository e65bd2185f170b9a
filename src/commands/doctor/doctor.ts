/** `gatehouse doctor`: what an operator would look at, a line each. It looks and changes nothing. */
import { type Config, loadConfig } from '../../config/config.ts'
import { describeEnvironment } from '../../config/describe.ts'
import { readEnvironment } from '../../config/env.ts'
import { visible } from '../../telemetry/scrub.ts'
import type { AddCommand } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { showTable } from '../show-table.ts'
import { checkBackground, checkMail } from './background.ts'
import { checkClients } from './clients.ts'
import { checkConfiguration, checkFiles, checkNode } from './configuration.ts'
import { checkConnectors } from './connectors.ts'
import { checkDatabase } from './database.ts'
import { checkKeys } from './keys.ts'
import { checkPages } from './pages.ts'
import { checkPasswords } from './passwords.ts'
import { checkRedis } from './redis.ts'
import { checkRisk } from './risk.ts'
import { checkIssuer, checkReadiness } from './server.ts'
import { exitOf, type Verdict } from './verdict.ts'
import { checkWebhooks } from './webhooks.ts'

interface Options {
  json: boolean
  quick: boolean
  verbose: boolean
}

export const addDoctor: AddCommand = (program, _open, end) => {
  program
    .command('doctor')
    .description('check configuration, stores, keys and the running server; a line each')
    .option(
      '--quick',
      'only what a health check needs: configuration, stores, keys, the running server',
      false,
    )
    .option('--verbose', 'also print every setting and where it comes from, secrets masked', false)
    .option('--json', 'print JSON', false)
    .action(async (options: Options) => end(await doctor(options)))
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

async function doctor({ json, quick, verbose }: Options): Promise<number> {
  const settings = describeEnvironment()
  if (verbose && !json)
    print(showTable([['SETTING', 'VALUE', 'FROM'], ...settings.map((s) => [s.name, s.value, s.origin])]))
  const verdicts: Verdict[] = []
  for await (const verdict of examine(quick)) {
    verdicts.push(verdict)
    if (!json) print(lineOf(verdict))
  }
  const code = exitOf(verdicts)
  const checks = verdicts.map(({ check, status, message }) => ({ check, status, message }))
  if (json) print(JSON.stringify({ ok: code === EXIT.ok, checks, ...(verbose && { settings }) }, null, 2))
  return code
}

const lineOf = ({ status, check, message }: Verdict): string =>
  visible(`${status.padEnd(4)}  ${check.padEnd(13)}  ${message}`, 1000)

async function* examine(quick: boolean): AsyncIterable<Verdict> {
  const { warnings, ...result } = loadConfig()
  if (result.ok) return yield* examineAll(result.config, warnings, quick)
  const check = 'configuration'
  for (const { variable, message } of result.problems)
    yield { check, status: 'fail', message: `${variable} ${message}`, exit: EXIT.configuration }
  for (const message of warnings) yield { check, status: 'warn', message }
}

async function* examineAll(
  config: Config,
  warnings: readonly string[],
  quick: boolean,
): AsyncIterable<Verdict> {
  yield* checkConfiguration(config, warnings)
  yield* checkNode(readEnvironment(), process.execArgv)
  yield* checkFiles(config)
  yield* checkPages(config)
  yield* checkDatabase(config, async function* (database) {
    yield* checkKeys(config, database)
    if (quick) return
    yield* checkClients(config, database)
    yield* checkBackground(database)
    yield* checkWebhooks(database)
    yield* checkConnectors(config, database)
  })
  yield* checkRedis(config)
  yield* checkReadiness(config)
  if (quick) return
  yield* checkRisk(config)
  yield* checkPasswords(config)
  yield* checkMail(config)
  yield* checkIssuer(config)
}
