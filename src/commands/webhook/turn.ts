import { createEvent, type NewEvent } from '../../audit/event.ts'
import type { Core } from '../../core.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { findWebhook, noSuch } from './find-webhook.ts'

const recordedBy = ({ clock }: Core, event: NewEvent) => createEvent(BY_COMMAND, event, clock.now())

export async function disableWebhook(core: Core, { say }: CommandContext, name: string): Promise<void> {
  const { id } = await findWebhook(core, name)
  const reason = 'operator'
  const event = { type: 'webhook.disabled', reason, details: { webhook: name } } as const
  const disabled = await core.webhooks.disable(id, reason, recordedBy(core, event))
  say(disabled ? `${name} is told nothing more, within a second.` : `${name} was disabled before.`)
}

/** A webhook that is not disabled may be told to go on from now, too. */
export async function enableWebhook(
  core: Core,
  { say }: CommandContext,
  name: string,
  fromNow: boolean,
): Promise<void> {
  const { id } = await findWebhook(core, name)
  const details = { webhook: name, from: fromNow ? 'now' : 'where_it_was' } as const
  const event = recordedBy(core, { type: 'webhook.enabled', details })
  if (!(await core.webhooks.enable(id, event, { fromNow }))) throw noSuch(name)
  say(
    fromNow
      ? `${name} is told of what happens from now on.`
      : `${name} is told again, beginning with what has happened meanwhile.`,
  )
}

export async function deleteWebhook(core: Core, { say }: CommandContext, name: string): Promise<void> {
  const { id } = await findWebhook(core, name)
  const event = recordedBy(core, { type: 'webhook.deleted', details: { webhook: name } })
  if (!(await core.webhooks.remove(id, event))) throw noSuch(name)
  say(`${name} is deleted, with what waited for it.`)
}
