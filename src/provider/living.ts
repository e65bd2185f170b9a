import type { Grant } from '../../adapters/contract.ts'
import { type Epochs, isCurrentGrant } from './epochs.ts'

export interface LivingUse {
  epochs: Epochs
  /** What outlives the store: asked of the database itself. Rejects with `StoreAway` while that is away. */
  stillLives: Lives
}

/** Whether a grant that the store has is honoured; by the key that it is stored under. */
export type Lives = (grantKey: string, grant: Grant) => Promise<boolean>

/**
 * What is ended raises a number, of which a node may know for a second. A record that was last written in another run of
 * the store may have been ended since, and the store forgot: then the database decides.
 */
export const createLives =
  ({ epochs, stillLives }: LivingUse): Lives =>
  async (grantKey, grant) =>
    (await isCurrentGrant(epochs, grantKey, grant)) &&
    (grant.writtenIn === grant.run || (await stillLives(grantKey, grant)))
