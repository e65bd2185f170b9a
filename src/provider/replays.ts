import type { ArtifactStore } from '../../adapters/contract.ts'
import type { Handles } from './handles.ts'
import { orUnavailable } from './unavailable.ts'

interface ReplayGuardUse {
  store: Pick<ArtifactStore, 'claim'>
  handles: Pick<Handles, 'allPeppers'>
}

/**
 * True for exactly one use of a client assertion (RFC 7523 §3), also where nodes are about to change the pepper: each
 * use is noted under every pepper, and the oldest that all of them know decides.
 */
export function createReplayGuard({ store, handles }: ReplayGuardUse) {
  return async (issuer: string, jti: string, expiresIn: number): Promise<boolean> => {
    const value = JSON.stringify([issuer, jti])
    for (const under of handles.allPeppers()) {
      const key = under.key('ReplayDetection', value)
      if (!(await orUnavailable(store.claim('ReplayDetection', key, expiresIn)))) return false
    }
    return true
  }
}
