import type { ClientSecrets } from './client-secrets.ts'

export interface CheckSecretUse {
  clientSecrets: ClientSecrets
  /** Puts a new hash in the place of a stored one; does nothing where that has changed meanwhile. */
  renewHash: (clientId: string, from: string, to: string) => Promise<unknown>
  /** Hears why a secret could not be hashed anew; its client is let in all the same. */
  onRehashFailed: (error: unknown) => void
}

/** A secret is known while it is presented: then it can be hashed anew, once the pepper has changed. */
export const checkSecret =
  ({ clientSecrets, renewHash, onRehashFailed }: CheckSecretUse) =>
  async (clientId: string, secret: string, stored: string): Promise<boolean> => {
    if (!clientSecrets.verify(clientId, secret, stored)) return false
    if (clientSecrets.isOld(stored)) {
      try {
        await renewHash(clientId, stored, clientSecrets.hash(clientId, secret))
      } catch (error) {
        onRehashFailed(error)
      }
    }
    return true
  }
