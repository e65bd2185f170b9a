import type { StateStore } from '../../adapters/contract.ts'
import type { Origin } from '../audit/event.ts'
import type { Core } from '../core.ts'
import { type Access, type Ended, endAccess as endAccessWith } from '../sessions/end-access.ts'
import { tellOthers } from './tell-others.ts'

/**
 * A running server looks at accounts and clients on every use; this is for the time after, too: what was ended must not
 * come back when they are enabled again.
 */
export const endAccess = (
  core: Core,
  state: StateStore,
  access: Partial<Access>,
  origin: Origin,
): Promise<Ended> =>
  endAccessWith({
    users: core.accounts.users,
    clients: core.clients,
    state,
    clock: core.clock,
    tell: (changed) => tellOthers(core, changed),
  })({ accounts: [], clients: [], ...access }, origin)
