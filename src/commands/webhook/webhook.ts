/** `gatehouse webhook …`: where events are told to other systems. */
import { InvalidArgumentError, Option } from 'commander'
import { readDuration } from '../../config/values/duration.ts'
import type { Core } from '../../core.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { withCore } from '../with-core.ts'
import { type CreateWebhookOptions, createWebhook } from './create.ts'
import { listDead, type ReplayOptions, replayDead } from './dead.ts'
import { listWebhooks } from './list.ts'
import { rotateSecret } from './rotate-secret.ts'
import { testWebhook } from './test.ts'
import { deleteWebhook, disableWebhook, enableWebhook } from './turn.ts'

type Work = (core: Core, context: CommandContext) => Promise<void>

export const addWebhook: AddCommand = (program, open, end) => {
  const webhook = program.command('webhook').description('tell other systems of events')
  const run = (work: Work): Promise<void> => {
    const context = open()
    return withCore(context, (core) => work(core, context))
  }
  webhook
    .command('create')
    .description('create a webhook, and print its secret once')
    .argument('<url>', 'where events are sent')
    .option('--name <name>', 'what it is called here; left out: the URL’s host')
    .option(
      '--events <filter>',
      'types and areas (login.*), with commas between; left out: all but refreshes',
    )
    .option('--json', 'print JSON', false)
    .action((url: string, options: CreateWebhookOptions) =>
      run((core, context) => createWebhook(core, context, url, options)),
    )
  webhook
    .command('list')
    .description('list every webhook, how it is and what waits for it')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) => run((core, context) => listWebhooks(core, context, json)))
  webhook
    .command('delete')
    .description('delete a webhook with what waits for it')
    .argument('<name>')
    .action((name: string) => run((core, context) => deleteWebhook(core, context, name)))
  webhook
    .command('disable')
    .description('tell a webhook nothing more')
    .argument('<name>')
    .action((name: string) => run((core, context) => disableWebhook(core, context, name)))
  webhook
    .command('enable')
    .description('tell it again, going on where it was')
    .argument('<name>')
    .option('--from-now', 'leave out what has happened meanwhile', false)
    .action((name: string, { fromNow }: { fromNow: boolean }) =>
      run((core, context) => enableWebhook(core, context, name, fromNow)),
    )
  webhook
    .command('rotate-secret')
    .description('give a webhook another secret, and print it once')
    .argument('<name>')
    .addOption(
      new Option('--overlap <time>', 'how long the secret before signs too')
        .default(readOverlap('24h'), '24h')
        .argParser(readOverlap),
    )
    .option('--json', 'print JSON', false)
    .action((name: string, options: { overlap: number; json: boolean }) =>
      run((core, context) => rotateSecret(core, context, name, options)),
    )
  webhook
    .command('test')
    .description('send a webhook.test event, and say what came back')
    .argument('<name>')
    .action((name: string) =>
      run(async (core, context) => {
        if (!(await testWebhook(core, context, name))) end(1)
      }),
    )
  webhook
    .command('dead')
    .description('list events that were set aside, as a webhook did not take them')
    .argument('[name]', 'of one webhook')
    .option('--json', 'print JSON', false)
    .action((name: string | undefined, { json }: { json: boolean }) =>
      run((core, context) => listDead(core, context, name, json)),
    )
  webhook
    .command('replay')
    .description('try again now what was set aside, or waits for another try')
    .argument('<name>')
    .addOption(
      new Option('--id <event>', 'one event; may be repeated')
        .argParser((id: string, before: string[] | undefined) => [...(before ?? []), id])
        .conflicts('all'),
    )
    .option('--all', 'all of them', false)
    .action((name: string, options: ReplayOptions) =>
      run((core, context) => replayDead(core, context, name, options)),
    )
}

const LONGEST_OVERLAP = 30 * 24 * 60 * 60 * 1000

function readOverlap(text: string): number {
  const ms = readDuration(text)
  if (ms === undefined || ms > LONGEST_OVERLAP)
    throw new InvalidArgumentError('It must be a duration of 30 days at most, such as 24h or 0.')
  return ms
}
