/** `gatehouse user …`: people, one at a time. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Core } from '../../core.ts'
import { serverRole } from '../apply/user-entry.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { withCore } from '../with-core.ts'
import { type CreateOptions, createUser, renewLink } from './create.ts'
import { changeUser } from './end-user.ts'
import { readAddress } from './find-user.ts'
import { listUsers } from './list.ts'
import { readPassword } from './read-password.ts'
import { resetMfa } from './reset-mfa.ts'
import { setPassword } from './set-password.ts'

export const addUser: AddCommand = (program, open) => {
  const user = program.command('user').description('create, list, disable and delete people')
  const run = (work: (core: Core, context: CommandContext) => Promise<void>): Promise<void> => {
    const context = open()
    return withCore(context, (core) => work(core, context))
  }
  const about = (name: string, description: string): Command =>
    user.command(name).description(description).argument('<email>', 'the person’s address')

  about('create', 'create a person, and print a one-time link where they set a password')
    .option('--name <name>', 'what they are called')
    .option('--role <role>', 'a role in the server itself, such as admin; may be repeated', collectRole, [])
    .option('--email-verified', 'the address is known to be theirs', false)
    .option('--json', 'print JSON', false)
    .action((email: string, options: CreateOptions) =>
      run((core, context) => createUser(core, context, email, options)),
    )
  about('link', 'print a new one-time link; the one before it ends')
    .option('--json', 'print JSON', false)
    .action((email: string, { json }: { json: boolean }) =>
      run((core, context) => renewLink(core, context, email, json)),
    )
  // Whoever puts the password into the arguments after all must not find it repeated in a log.
  about('set-password', 'set a password, read from a prompt or from stdin; signs the person out everywhere')
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async (email: string, _options: object, command: Command) => {
      if (command.args.length > 1) command.error('error: the password is read from a prompt or from stdin')
      const context = open()
      // Before anything is opened: nobody else has to wait for somebody who types.
      const password = await readPassword(readAddress(email).email)
      await withCore(context, (core) => setPassword(core, context, email, password))
    })
  about('disable', 'sign a person out everywhere and let them in no more').action((email: string) =>
    run((core, context) => changeUser(core, context, email, 'disable')),
  )
  about('enable', 'let a disabled person sign in again').action((email: string) =>
    run((core, context) => changeUser(core, context, email, 'enable')),
  )
  about('delete', 'delete a person and all that hangs on them')
    .requiredOption('--yes', 'really: it can’t be undone')
    .action((email: string) => run((core, context) => changeUser(core, context, email, 'delete')))
  about('reset-mfa', 'take a person’s second factors away, and sign them out everywhere')
    .option('--passkeys', 'their passkeys too', false)
    .action((email: string, options: { passkeys: boolean }) =>
      run((core, context) => resetMfa(core, context, email, options)),
    )
  user
    .command('list')
    .description('list everybody')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) => run((core, context) => listUsers(core, context, json)))
}

function collectRole(role: string, before: string[]): string[] {
  if (serverRole.safeParse(role).success) return [...before, role]
  throw new InvalidArgumentError('It must be a role’s name.')
}
