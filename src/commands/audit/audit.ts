/** `gatehouse audit …`: the audit trail, checked, written out, searched. */
import { type Command, InvalidArgumentError } from 'commander'
import type { TrailRepository } from '../../audit/trail-repository.ts'
import type { Core } from '../../core.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withTrail } from '../with-trail.ts'
import { exportTrail } from './export.ts'
import { type FindOptions, findEvents } from './find.ts'
import { verifyTrail } from './verify.ts'

export const addAudit: AddCommand = (program, open, end) => {
  const audit = program.command('audit').description('check, write out and search the audit trail')
  const run = async (
    work: (trail: TrailRepository, core: Core, context: CommandContext) => Promise<boolean>,
  ): Promise<void> => {
    const context = open()
    const done = await withTrail(context, (trail, core) => work(trail, core, context))
    end(done ? EXIT.ok : EXIT.failed)
  }
  audit
    .command('verify')
    .description('check the whole trail; the exit code is not zero when anything was changed')
    .option('--json', 'print JSON lines', false)
    .action(({ json }: { json: boolean }) =>
      run((trail, { auditRecords }, context) => verifyTrail({ trail, records: auditRecords }, context, json)),
    )
  const times = (command: Command): Command =>
    command
      .option('--type <type>', 'only events of this type')
      .option('--since <time>', 'not before this time (ISO 8601)', time)
      .option('--until <time>', 'before this time', time)
  times(audit.command('export').description('print every event as a line of JSON, with what proves it'))
    .option('--json', 'JSON lines, as always', true)
    .action((options: { type?: string; since?: number; until?: number }) =>
      run((trail, _core, context) => exportTrail(trail, context, options)),
    )
  times(audit.command('find').description('find events: the newest first'))
    .option('--request-id <id>', 'of one request')
    .option('--user <email-or-sub>', 'about one person')
    .option('--session <id>', 'of one sign-on session')
    .option('--limit <number>', 'how many at most', count, 100)
    .option('--json', 'print JSON lines', false)
    .action((options: FindOptions) =>
      run((trail, core, context) => findEvents(trail, core, context, options)),
    )
}

function time(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a time, such as 2026-03-01T12:00:00Z.')
  return at
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a number.')
  return Number(text)
}
