import type { StateStore } from '../../adapters/contract.ts'
import type { Ended } from './end-access.ts'

export interface EndSessionUse {
  state: Pick<StateStore, 'grants' | 'artifacts'>
  /** By what the store finds a session's record. */
  aliasOf: (session: string) => string
}

/** One session: the browser's, and every family and token that came of it. */
export const endSession =
  ({ state, aliasOf }: EndSessionUse) =>
  async (session: string): Promise<Ended> => {
    const alias = aliasOf(session)
    const known = await state.artifacts.getByAlias('Session', alias)
    await state.artifacts.destroyByAlias('Session', alias)
    const grants = await state.grants.revokeAll('session', session)
    return { sessions: known === undefined ? 0 : 1, grants }
  }
