import type { StateStore } from '../../../adapters/contract.ts'
import type { Core } from '../../core.ts'
import { createHandles } from '../../provider/handles.ts'
import type { Ended } from '../../sessions/end-access.ts'
import { endSession } from '../../sessions/end-session.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { endAccess } from '../end-access.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { findUser } from '../user/find-user.ts'
import { withState } from '../with-core.ts'

/** One of these. */
export interface Target {
  user?: string
  client?: string
  session?: string
  everything?: boolean
}

export async function revoke(core: Core, { say }: CommandContext, target: Target): Promise<void> {
  if (target.everything === true) {
    const people = await core.accounts.users.raiseEveryEpoch()
    say(`Everything that ${people} people had until now has ended.`)
    return
  }
  await withState(core, async (state) => {
    await whenReachable(state)
    const { sessions, grants } = await ended(core, state, target)
    say(`Ended: ${sessions} browser sessions, ${grants} authorizations of clients.`)
  })
}

async function ended(core: Core, state: StateStore, { user, client, session }: Target): Promise<Ended> {
  if (user !== undefined) {
    return endAccess(core, state, { accounts: [(await findUser(core, user)).sub] }, BY_COMMAND)
  }
  if (client !== undefined) {
    if ((await core.clients.find(client)) === undefined) {
      throw new Refusal(`There is no client ${JSON.stringify(client)}.`)
    }
    return endAccess(core, state, { clients: [client] }, BY_COMMAND)
  }
  const handles = createHandles(core.keys)
  const aliasesOf = (uid: string) => handles.peppers().map((under) => under.key('Session uid', uid))
  return endSession({ state, clock: core.clock, aliasesOf })(session ?? '', BY_COMMAND)
}
