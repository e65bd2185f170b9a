import type { StateStore } from '../../adapters/contract.ts'
import { createEvent, type Origin, toStored } from '../audit/event.ts'
import type { Core } from '../core.ts'
import { createRevocation } from '../revocation.ts'
import { eventOf } from '../sessions/event-of.ts'
import type { Revoked, Target } from '../sessions/revoke-access.ts'

/** Accounts by `sub`, clients by `client_id`. */
export interface Access {
  accounts: readonly string[]
  clients: readonly string[]
}

/**
 * A running server looks at accounts and clients on every use; this is for the time after, too: what was ended must not
 * come back when they are enabled again.
 */
export async function endAccess(
  core: Core,
  state: StateStore,
  { accounts = [], clients = [] }: Partial<Access>,
  origin: Origin,
): Promise<Revoked> {
  const all: Revoked = { sessions: 0, grants: 0, left: false }
  const targets: Target[] = [
    ...accounts.map((value) => ({ kind: 'account', value }) as const),
    ...clients.map((value) => ({ kind: 'client', value }) as const),
  ]
  for (const target of targets) {
    const { sessions, grants, left } = await endTarget(core, state, target, origin)
    all.sessions += sessions
    all.grants += grants
    all.left ||= left
  }
  return all
}

export function endTarget(core: Core, state: StateStore, target: Target, origin: Origin): Promise<Revoked> {
  const now = core.clock.now()
  const event = toStored(createEvent(origin, eventOf(target, now), now))
  return createRevocation(core, state).revoke(target, event)
}
