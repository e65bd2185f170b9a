import type { Grant } from '../../adapters/contract.ts'
import type { Epochs } from './epochs.ts'

export interface LivingUse {
  epochs: Epochs
  /** What outlives the store: asked of the database itself. Rejects with `StoreAway` while that is away. */
  stillLives: (grantId: string, grant: Grant) => Promise<boolean>
}

/** Whether a grant that the store has is honoured. */
export type Lives = (grantId: string, grant: Grant) => Promise<boolean>

/**
 * Everything of a person or a client ends by an epoch, of which a node may know for a second. A record that was last
 * written in another run of the store may have been ended since, and the store forgot: then the database decides.
 */
export const createLives =
  ({ epochs, stillLives }: LivingUse): Lives =>
  async (grantId, grant) =>
    (await epochs.isCurrent(grant, grant.content['epochs'])) &&
    (grant.writtenIn === grant.run || (await stillLives(grantId, grant)))
