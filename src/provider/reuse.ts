import type { Grant, StateStore } from '../../adapters/contract.ts'
import type { Handles } from './handles.ts'

export interface ReuseUse {
  store: StateStore
  handles: Handles
  /** `REFRESH_REUSE_REVOKES`. */
  revokes: 'family' | 'session' | 'user'
}

/** Reuse means that two parties hold the family: what ends is the family, its whole session, or all of the person's. */
export function createReuseEnding({ store, handles, revokes }: ReuseUse) {
  return async (grantKey: string, grant: Grant): Promise<void> => {
    // The family first: it must not wait for anything.
    await store.grants.revoke(grantKey)
    if (revokes === 'session' && grant.session !== '') {
      for (const under of handles.peppers())
        await store.artifacts.destroyByAlias('Session', under.key('Session uid', grant.session))
      await store.grants.revokeAll('session', grant.session)
    }
    if (revokes === 'user') {
      await store.artifacts.destroyAllOf('Session', grant.account)
      await store.grants.revokeAll('account', grant.account)
    }
  }
}
