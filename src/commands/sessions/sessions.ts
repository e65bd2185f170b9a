/** `gatehouse sessions …`: who is signed in where, and the end of it. */
import { type Command, Option } from 'commander'
import type { Core } from '../../core.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { withCore } from '../with-core.ts'
import { listOf } from './list.ts'
import { revoke, type Target } from './revoke.ts'

export const addSessions: AddCommand = (program, open) => {
  const sessions = program.command('sessions').description('list and revoke sessions and what came of them')
  const run = (work: (core: Core, context: CommandContext) => Promise<void>): Promise<void> => {
    const context = open()
    return withCore(context, (core) => work(core, context))
  }
  aimed(sessions.command('list').description('list what a person, a client or a session was given'))
    .option('--json', 'print JSON lines', false)
    .action((options: Target & { json: boolean }, command: Command) =>
      run((core, context) => listOf(core, context, oneOf(options, command), options.json)),
    )
  aimed(sessions.command('revoke').description('end sessions, with every token that came of them'))
    .addOption(new Option('--everything', 'of everybody, until now').conflicts(['user', 'client', 'session']))
    .action((options: Target, command: Command) =>
      run((core, context) => revoke(core, context, oneOf(options, command))),
    )
}

const aimed = (command: Command): Command =>
  command
    .addOption(new Option('--user <email>', 'of a person').conflicts(['client', 'session']))
    .addOption(new Option('--client <client_id>', 'of a client').conflicts(['user', 'session']))
    .addOption(new Option('--session <id>', 'of one session, by the id that list shows'))

/** Nothing is ended because an option was forgotten. */
function oneOf(options: Target, command: Command): Target {
  const { user, client, session, everything } = options
  if (user === undefined && client === undefined && session === undefined && everything !== true) {
    command.error('error: say of whom: --user, --client or --session')
  }
  return options
}
