import { Command, CommanderError } from 'commander'
import { loadConfig } from '../config/config.ts'
import { formatProblems } from '../config/problem.ts'
import { ConfigurationRefused } from '../core.ts'
import { MasterKeyMismatch } from '../keys/data-keys.ts'
import { StoreAway } from '../shared/app-error.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { COMMANDS } from './registry.ts'

/** Runs what `argv` asks for and answers with an exit code; messages for people go to stderr. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  let code: number = EXIT.ok
  try {
    const program = await createProgram(
      argv,
      () => openContext(say),
      (result) => {
        code = result
      },
    )
    await program.parseAsync(argv)
  } catch (error) {
    return explain(error, say)
  }
  return code
}

/** With the one command that `argv` names, or with all of them where it names none. */
export async function createProgram(
  argv: readonly string[],
  open: () => CommandContext,
  end: (code: number) => void,
): Promise<Command> {
  const program = new Command('gatehouse')
    .description('An OpenID Provider and OAuth 2.0 authorization server.')
    .exitOverride()
    .showHelpAfterError('(gatehouse --help lists the commands)')
  const [, , name = ''] = argv
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load())(program, open, end)
  return program
}

/** Reads the configuration when a command really runs, so that `--help` works without one. */
function openContext(say: (text: string) => void): CommandContext {
  const result = loadConfig()
  for (const warning of result.warnings) say(`warning: ${warning}`)
  if (!result.ok) throw new ConfigurationRefused(result.problems)
  return { config: result.config, say, print: (text) => void process.stdout.write(`${text}\n`) }
}

function explain(error: unknown, say: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof ConfigurationRefused) {
    say(formatProblems(error.problems))
    return EXIT.configuration
  }
  say(error instanceof Error ? error.message : String(error))
  if (error instanceof StoreAway) return EXIT.storeAway
  return error instanceof MasterKeyMismatch ? EXIT.configuration : EXIT.failed
}
