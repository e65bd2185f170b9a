import { type ClientSecrets, pepperOf } from './client-secrets.ts'
import type { ClientsRepository } from './clients-repository.ts'
import { type KeepSecretUse, revealSecret } from './keep-secret.ts'

export interface RehashSecretsUse extends KeepSecretUse {
  clientSecrets: ClientSecrets
  clients: Pick<ClientsRepository, 'list' | 'renewHash'>
}

/**
 * Hashes anew, under the pepper in use, the secrets that are known. The clients whose secrets are still hashed under the
 * given pepper: theirs are hashed anew when they use them.
 */
export async function rehashSecrets(use: RehashSecretsUse, pepper: number): Promise<string[]> {
  for (const client of await use.clients.list()) {
    const { clientId, secretHash } = client
    const secret = secretHash !== undefined && pepperOf(secretHash) === pepper && revealSecret(use, client)
    if (secretHash !== undefined && typeof secret === 'string')
      await use.clients.renewHash(clientId, secretHash, use.clientSecrets.hash(clientId, secret))
  }
  const left = await use.clients.list()
  return left
    .filter(({ secretHash }) => secretHash !== undefined && pepperOf(secretHash) === pepper)
    .map(({ clientId }) => clientId)
}
