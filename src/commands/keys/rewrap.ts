import type { Core } from '../../core.ts'
import type { CommandContext } from '../context.ts'

export const REWRAP_WORDS =
  'Every data key has a copy under each master key that MASTER_KEY lists here. This deletes the copies under all ' +
  'others: a node that still runs with another list could not start again. Restart every node with this list first.'

/** The copies under the listed master keys were made as this command opened its stores, as at every start. */
export async function rewrap({ dataKeys }: Core, { say }: CommandContext): Promise<void> {
  const { repository, masters } = dataKeys
  const deleted = await repository.alone((own) => own.keepWrapsOf(masters.ids))
  say(`${deleted} copies under other master keys are deleted.`)
}
