/** `gatehouse keys …`: data keys, their change and their end. */
import { type Command, InvalidArgumentError } from 'commander'
import { readDuration } from '../../config/values/duration.ts'
import type { Core } from '../../core.ts'
import { DATA_KEY_PURPOSES } from '../../keys/data-keys.ts'
import type { DataKeyPurpose } from '../../keys/rows.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withCore } from '../with-core.ts'
import { COMPROMISE_WORDS, compromise } from './compromise.ts'
import { listKeys } from './list.ts'
import { retire } from './retire.ts'
import { REWRAP_WORDS, rewrap } from './rewrap.ts'
import { rotate } from './rotate.ts'

interface Confirmation {
  yes: boolean
}

export const addKeys: AddCommand = (program, open, end) => {
  const keys = program.command('keys').description('list, rotate and end the keys of the house')
  const run = (work: (core: Core, context: CommandContext) => Promise<void>): Promise<void> => {
    const context = open()
    return withCore(context, (core) => work(core, context))
  }
  /** Without `--yes` it is only said what would happen. */
  const runConfirmed = async (
    { yes }: Confirmation,
    words: string,
    work: (core: Core, context: CommandContext) => Promise<void>,
  ): Promise<void> => {
    if (yes) return run(work)
    open().say(`${words}\nNothing was changed: it is done with --yes.`)
    end(EXIT.usage)
  }
  const about = (name: string, description: string): Command =>
    keys.command(name).description(description).argument('<purpose>', PURPOSES, readPurpose)

  keys
    .command('list')
    .description('list data keys and signing keys')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) => run((core, context) => listKeys(core, context, json)))
  about('rotate', 'announce a new key, which all nodes use some time later')
    .option('--in <time>', 'when it comes into use, such as 1m or 12h', readTime, 60_000)
    .action((purpose: DataKeyPurpose, options: { in: number }) =>
      run((core, context) => rotate(core, context, purpose, options.in)),
    )
  about('retire', 'delete a key that nothing needs any more')
    .argument('<number>', 'which one', readNumber)
    .action((purpose: DataKeyPurpose, number: number) =>
      run((core, context) => retire(core, context, purpose, number)),
    )
  about('compromise', 'after a leak: a new key at once, and an end to what was made with the old ones')
    .option('--yes', 'really: it can’t be undone', false)
    .action((purpose: DataKeyPurpose, options: Confirmation) =>
      runConfirmed(options, COMPROMISE_WORDS[purpose], (core, context) => compromise(core, context, purpose)),
    )
  keys
    .command('rewrap')
    .description('delete what master keys that are no longer listed would open')
    .option('--yes', 'really: it can’t be undone', false)
    .action((options: Confirmation) => runConfirmed(options, REWRAP_WORDS, rewrap))
}

const PURPOSES = DATA_KEY_PURPOSES.join(', ')

function readPurpose(text: string): DataKeyPurpose {
  const purpose = DATA_KEY_PURPOSES.find((known) => known === text)
  if (purpose !== undefined) return purpose
  throw new InvalidArgumentError(`It is one of ${PURPOSES}; for signing keys this is not available.`)
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number, as gatehouse keys list shows it.')
}

const MOST = 30 * 24 * 60 * 60 * 1000

function readTime(text: string): number {
  const time = readDuration(text)
  if (time !== undefined && time <= MOST) return time
  throw new InvalidArgumentError('It must be a time from 0s to 30d, such as 90s, 15m or 12h.')
}
