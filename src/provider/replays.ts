import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { ArtifactStore, Claim } from '../../adapters/contract.ts'
import type { AssertionTimes } from './client-assertions.ts'
import type { Handles } from './handles.ts'
import type { NonceSecrets } from './nonces.ts'
import { orUnavailable } from './unavailable.ts'

export interface ReplayGuardUse {
  store: Pick<ArtifactStore, 'claim'>
  handles: Pick<Handles, 'allPeppers'>
  assertions: Pick<AssertionTimes, 'takeMadeAt'>
  nonces: Pick<NonceSecrets, 'runOf'>
  ctx: () => KoaContextWithOIDC | undefined
  /** Shows the client a nonce that is good now. */
  offerNonce: (ctx: KoaContextWithOIDC) => void
}

/**
 * True for exactly one use of a client assertion (RFC 7523 §3) or a DPoP proof (RFC 9449 §11.1), though the store may
 * have forgotten what it was told in an earlier run: what was perhaps made then is refused.
 */
export function createReplayGuard(use: ReplayGuardUse) {
  return async (issuer: string, jti: string, expiresIn: number): Promise<boolean> => {
    const ctx = use.ctx()
    if (ctx === undefined) throw new Error('a proof outside of a request')
    const assertedAt = use.assertions.takeMadeAt(ctx)
    // Whoever knew a nonce of this run has made the proof in it.
    const claim = await claimAll(use, issuer, jti, expiresIn, assertedAt ?? use.nonces.runOf(ctx))
    if (claim !== 'forgotten') return claim === 'first'
    if (assertedAt !== undefined)
      throw new errors.InvalidClientAuth('the assertion may be older than what the store remembers')
    use.offerNonce(ctx)
    throw new errors.UseDpopNonce('invalid nonce in DPoP proof')
  }
}

/** Also where nodes are about to change the pepper: each use is noted under every one, and the oldest decides. */
async function claimAll(
  { store, handles }: Pick<ReplayGuardUse, 'store' | 'handles'>,
  issuer: string,
  jti: string,
  expiresIn: number,
  madeAt: number,
): Promise<Claim> {
  const value = JSON.stringify([issuer, jti])
  for (const under of handles.allPeppers()) {
    const key = under.key('ReplayDetection', value)
    const claim = await orUnavailable(store.claim('ReplayDetection', key, expiresIn, madeAt))
    if (claim !== 'first') return claim
  }
  return 'first'
}
