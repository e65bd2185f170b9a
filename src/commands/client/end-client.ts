import type { StateStore } from '../../../adapters/contract.ts'
import { createEvent } from '../../audit/event.ts'
import type { Core } from '../../core.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { endAccess } from '../end-access.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { tellOthers } from '../tell-others.ts'
import { withState } from '../with-core.ts'

/** Undefined when there is no such client. */
type Step = (core: Core, state: StateStore, clientId: string) => Promise<string | undefined>

const end = (core: Core, state: StateStore, clientId: string) =>
  endAccess(core, state, { clients: [clientId] }, BY_COMMAND)

const event = (
  { clock }: Core,
  type: 'client.disabled' | 'client.enabled' | 'client.deleted',
  client: string,
) => createEvent(BY_COMMAND, { type, client }, clock.now())

const tell = (core: Core, clientId: string) => tellOthers(core, { clients: [clientId] })

/** The door is closed first, on every node: nothing new comes in while what is inside is ended. */
const disable: Step = async (core, state, clientId) => {
  if (!(await core.clients.setDisabled(clientId, true, event(core, 'client.disabled', clientId))))
    return undefined
  await tell(core, clientId)
  await end(core, state, clientId)
  return 'is disabled, and its tokens have ended'
}

const enable: Step = async (core, state, clientId) => {
  await end(core, state, clientId)
  if (!(await core.clients.setDisabled(clientId, false, event(core, 'client.enabled', clientId))))
    return undefined
  await tell(core, clientId)
  return 'is enabled'
}

/** Another client of the same name must not inherit what people allowed this one. */
const remove: Step = async (core, state, clientId) => {
  if (!(await core.clients.remove(clientId, event(core, 'client.deleted', clientId)))) return undefined
  await tell(core, clientId)
  await end(core, state, clientId)
  return 'is deleted, and its tokens have ended'
}

const STEPS = { disable, enable, delete: remove } as const

export async function changeClient(
  core: Core,
  { say }: CommandContext,
  clientId: string,
  step: keyof typeof STEPS,
): Promise<void> {
  await withState(core, async (state) => {
    await whenReachable(state)
    const done = await STEPS[step](core, state, clientId)
    if (done === undefined) throw new Refusal(`There is no client ${JSON.stringify(clientId)}.`)
    say(`${clientId} ${done}.`)
  })
}
