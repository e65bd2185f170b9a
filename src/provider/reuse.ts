import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, RevocationOutcome, StateStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import type { RevokeAccess } from '../sessions/revoke-access.ts'

export interface ReuseUse {
  store: Pick<StateStore, 'grants'>
  access: RevokeAccess
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
export function createReuseEnding({ store, access, tell, revokes }: ReuseUse): EndWhatReuseEnds {
  return async (ctx, grantKey, grant, number, notAfter) => {
    const { account, client, session } = grant
    const about = { subject: account, client, session }
    const details = { number, revokes }
    const actor = `client:${client}`
    const detected = tell(ctx, { type: 'token.reuse_detected', ...about, actor, details })
    // The family first, in time or not at all, and by one of all who saw the reuse: it is that one's event.
    const outcome = await store.grants.revokeUntil(grantKey, detected, notAfter)
    if (outcome === 'unheard') return outcome
    if (outcome === 'revoked')
      await access.acknowledge({ kind: 'family', value: grantKey, account }, detected)
    // What else ends, all of them end: one may not live to.
    if (revokes === 'session' && session !== '') {
      const revoked = tell(ctx, { type: 'session.revoked', ...about, reason: 'reuse' })
      await access.revoke({ kind: 'session', value: session, account }, revoked)
    }
    if (revokes === 'user') {
      const revoked = tell(ctx, { type: 'user.tokens_revoked', subject: account, reason: 'reuse' })
      await access.revoke({ kind: 'account', value: account }, revoked)
    }
    return outcome
  }
}
