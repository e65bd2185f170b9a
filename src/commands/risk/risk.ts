/** `gatehouse risk …`: what was known and decided, and what another policy would have decided. */
import { InvalidArgumentError } from 'commander'
import { duration } from '../../config/values/duration.ts'
import type { AddCommand } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withTrail } from '../with-trail.ts'
import { explain } from './explain.ts'
import { readPolicyFile } from './policy-file.ts'
import { replay } from './replay.ts'

export const addRisk: AddCommand = (program, open, end) => {
  const risk = program.command('risk').description('see why a sign-in or a session was told of, or refused')
  risk
    .command('explain')
    .description('say what was known of a request, which rules spoke, and what was decided')
    .argument('<request-id>', 'as in the X-Request-Id of its answer, in the log, in the audit trail')
    .option('--json', 'print JSON lines', false)
    .action(async (requestId: string, { json }: { json: boolean }) => {
      const context = open()
      await withTrail(context, (trail) => explain(trail, context, requestId, json))
      end(EXIT.ok)
    })
  risk
    .command('replay')
    .description('say whom another policy would have stopped, asked for more, or let through')
    .requiredOption('--policy <file>', 'a file for apply with policies.risk')
    .option('--since <duration>', 'how far back', ago, ago('30d'))
    .option('--json', 'print JSON', false)
    .action(async ({ policy: file, since, json }: { policy: string; since: number; json: boolean }) => {
      const context = open()
      const policy = await readPolicyFile(file)
      await withTrail(context, (trail, { clock }) =>
        replay(trail, context, { policy, since: clock.now() - since, json }),
      )
      end(EXIT.ok)
    })
}

const spans = duration('1s', '3650d')

function ago(text: string): number {
  const read = spans.safeParse(text)
  if (!read.success) throw new InvalidArgumentError('It must be a duration, such as 30d or 12h.')
  return read.data
}
