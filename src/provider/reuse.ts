import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, StateStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import type { Handles } from './handles.ts'

export interface ReuseUse {
  store: StateStore
  handles: Handles
  tell: Tell
  /** `REFRESH_REUSE_REVOKES`. */
  revokes: 'family' | 'session' | 'user'
}

/** Reuse means that two parties hold the family: what ends is the family, its whole session, or all of the person's. */
export function createReuseEnding({ store, handles, tell, revokes }: ReuseUse) {
  return async (ctx: KoaContextWithOIDC, grantKey: string, grant: Grant, number: number): Promise<void> => {
    const { account: subject, client, session } = grant
    const about = { subject, client, session }
    const details = { number, revokes }
    const actor = `client:${client}`
    const detected = tell(ctx, { type: 'token.reuse_detected', ...about, actor, details })
    // The family first: it must not wait for anything.
    if (!(await store.grants.revoke(grantKey, detected))) await store.events.keep(detected)
    if (revokes === 'session' && grant.session !== '') {
      const revoked = tell(ctx, { type: 'session.revoked', ...about, reason: 'reuse' })
      for (const under of handles.peppers())
        await store.artifacts.destroyByAlias('Session', under.key('Session uid', session), revoked)
      await store.grants.revokeAll('session', session, revoked)
    }
    if (revokes === 'user') {
      const revoked = tell(ctx, { type: 'user.tokens_revoked', subject, reason: 'reuse' })
      await store.artifacts.destroyAllOf('Session', subject, revoked)
      await store.grants.revokeAll('account', subject, revoked)
    }
  }
}
