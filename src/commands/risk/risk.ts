/** `gatehouse risk …`: what was known and decided, and what another policy would have decided. */
import type { AddCommand } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withTrail } from '../with-trail.ts'
import { explain } from './explain.ts'

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
}
