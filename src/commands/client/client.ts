/** `gatehouse client …`: OAuth clients, one at a time. What has more to say is written in a file for `apply`. */
import { Option } from 'commander'
import { PROFILE_NAMES } from '../../clients/profiles/registry.ts'
import type { Core } from '../../core.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { withCore } from '../with-core.ts'
import { type CreateClientOptions, createClient } from './create.ts'
import { changeClient } from './end-client.ts'
import { listClients } from './list.ts'

export const addClient: AddCommand = (program, open) => {
  const client = program.command('client').description('create, list, disable and delete clients')
  const run = (work: (core: Core, context: CommandContext) => Promise<void>): Promise<void> => {
    const context = open()
    return withCore(context, (core) => work(core, context))
  }
  client
    .command('create')
    .description('create a client, and print its secret once')
    .argument('[client-id]', 'left out: one is made')
    .addOption(
      new Option('--profile <profile>', 'what kind of client it is')
        .choices(PROFILE_NAMES)
        .makeOptionMandatory(),
    )
    .option('--redirect-uri <uri>', 'where it takes codes; may be repeated', collect, [])
    .option('--name <name>', 'what people are shown')
    .option('--scope <scopes>', 'what it may ask for, with spaces between')
    .option('--first-party', 'the operator’s own: nobody is asked for consent', false)
    .option('--json', 'print JSON', false)
    .action((clientId: string | undefined, options: CreateClientOptions) =>
      run((core, context) => createClient(core, context, clientId, options)),
    )
  client
    .command('list')
    .description('list every client')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) => run((core, context) => listClients(core, context, json)))
  const DESCRIPTIONS = {
    disable: 'end a client’s tokens and let it in no more',
    enable: 'let a disabled client in again',
    delete: 'delete a client with its tokens and what people allowed it',
  } as const
  for (const step of ['disable', 'enable', 'delete'] as const) {
    client
      .command(step)
      .description(DESCRIPTIONS[step])
      .argument('<client-id>')
      .action((clientId: string) => run((core, context) => changeClient(core, context, clientId, step)))
  }
}

const collect = (value: string, before: string[]): string[] => [...before, value]
