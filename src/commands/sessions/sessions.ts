/** `gatehouse sessions …`: who is signed in where, and the end of it. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Core } from '../../core.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { withCore } from '../with-core.ts'
import { listOf } from './list.ts'
import { revoke } from './revoke.ts'
import type { Aim } from './target.ts'

type Options = Aim & { json: boolean }

export const addSessions: AddCommand = (program, open) => {
  const sessions = program.command('sessions').description('list and revoke sessions and what came of them')
  const run = (work: (core: Core, context: CommandContext) => Promise<void>): Promise<void> => {
    const context = open()
    return withCore(context, (core) => work(core, context))
  }
  aimed(sessions.command('list').description('list what a person, a device, a client … was given'), LISTED)
    .option('--json', 'print JSON lines', false)
    .action((options: Options, command: Command) =>
      run((core, context) => listOf(core, context, oneOf(options, command, LISTED), options.json)),
    )
  aimed(sessions.command('revoke').description('end sessions, with every token that came of them'), ALL)
    .option('--json', 'print what was ended as JSON', false)
    .action((options: Options, command: Command) =>
      run((core, context) => revoke(core, context, oneOf(options, command, ALL), options.json)),
    )
}

const LISTED = {
  user: ['--user <email>', 'of a person'],
  device: ['--device <id>', 'of a person on one device'],
  client: ['--client <client_id>', 'of a client'],
  session: ['--session <id>', 'of one session'],
  family: ['--family <id>', 'what one client was given in one session'],
  organization: ['--organization <id>', 'of everybody of an organization'],
} as const

const ALL = {
  ...LISTED,
  before: ['--before <time>', 'of everybody, as far as it was issued before'],
  everything: ['--everything', 'of everybody, until now'],
} as const

type Aims = { readonly [Name in keyof Aim]?: readonly [flags: string, description: string] }

/** One of them at a time: whoever names two may mean either. */
function aimed(command: Command, aims: Aims): Command {
  const names = Object.keys(aims)
  for (const [name, [flags, description]] of Object.entries(aims)) {
    const option = new Option(flags, description).conflicts(names.filter((other) => other !== name))
    command.addOption(name === 'before' ? option.argParser(readTime) : option)
  }
  return command
}

/** Nothing is ended because an option was forgotten. */
function oneOf(options: Options, command: Command, aims: Aims): Aim {
  const names = Object.keys(aims) as (keyof Aim)[]
  if (names.every((name) => options[name] === undefined)) {
    const flags = names.map((name) => `--${name}`)
    command.error(`error: say of whom: ${flags.slice(0, -1).join(', ')} or ${flags.at(-1)}`)
  }
  return options
}

/** With a date and a zone: what is meant must not depend on where the command runs. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

function readTime(text: string): number {
  const at = MOMENT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw new InvalidArgumentError('Write it as 2026-01-31T12:00:00Z.')
  return at
}
