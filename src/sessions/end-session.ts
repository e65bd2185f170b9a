import type { StateStore } from '../../adapters/contract.ts'
import { createEvent, type Origin, toStored } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Ended } from './end-access.ts'

export interface EndSessionUse {
  state: Pick<StateStore, 'grants' | 'artifacts'>
  clock: Clock
  /** By what the store may find a session's record. */
  aliasesOf: (session: string) => readonly string[]
}

/** One session: the browser's, and every family and token that came of it. */
export const endSession =
  ({ state, clock, aliasesOf }: EndSessionUse) =>
  async (session: string, origin: Origin): Promise<Ended> => {
    const event = toStored(createEvent(origin, { type: 'session.revoked', session }, clock.now()))
    let sessions = 0
    for (const alias of aliasesOf(session)) {
      if ((await state.artifacts.getByAlias('Session', alias)) !== undefined) sessions++
      await state.artifacts.destroyByAlias('Session', alias, event)
    }
    return { sessions, grants: await state.grants.revokeAll('session', session, event) }
  }
