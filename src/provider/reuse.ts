import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, RevocationOutcome, StateStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import type { Handles } from './handles.ts'

export interface ReuseUse {
  store: StateStore
  handles: Handles
  tell: Tell
  /** `REFRESH_REUSE_REVOKES`. */
  revokes: 'family' | 'session' | 'user'
}

/** `notAfter` as in a revocation in time: what nobody listens to any more ends nothing. */
export type EndWhatReuseEnds = (
  ctx: KoaContextWithOIDC,
  grantKey: string,
  grant: Grant,
  number: number,
  notAfter: number,
) => Promise<RevocationOutcome>

/** Reuse means that two parties hold the family: what ends is the family, its whole session, or all of the person's. */
export function createReuseEnding({ store, handles, tell, revokes }: ReuseUse): EndWhatReuseEnds {
  return async (ctx, grantKey, grant, number, notAfter) => {
    const { account: subject, client, session } = grant
    const about = { subject, client, session }
    const details = { number, revokes }
    const actor = `client:${client}`
    const detected = tell(ctx, { type: 'token.reuse_detected', ...about, actor, details })
    // The family first: it must not wait for anything. What else ends, all who saw the reuse end: one may not live to.
    const outcome = await store.grants.revokeUntil(grantKey, detected, notAfter)
    if (outcome === 'unheard') return outcome
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
    return outcome
  }
}
