import type { StateStore } from '../../adapters/contract.ts'
import type { Ended } from './end-access.ts'

export interface EndSessionUse {
  state: Pick<StateStore, 'grants' | 'artifacts'>
  /** By what the store may find a session's record. */
  aliasesOf: (session: string) => readonly string[]
}

/** One session: the browser's, and every family and token that came of it. */
export const endSession =
  ({ state, aliasesOf }: EndSessionUse) =>
  async (session: string): Promise<Ended> => {
    let sessions = 0
    for (const alias of aliasesOf(session)) {
      if ((await state.artifacts.getByAlias('Session', alias)) !== undefined) sessions++
      await state.artifacts.destroyByAlias('Session', alias)
    }
    return { sessions, grants: await state.grants.revokeAll('session', session) }
  }
