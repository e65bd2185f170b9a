import type { FieldSealer } from '../keys/field-seal.ts'
import type { SealedColumn } from '../keys/reseal-columns.ts'
import { SealBroken } from '../security/seal.ts'
import type { Client } from './client.ts'
import { type ClientMetadata, needsPlainSecret } from './client-metadata.ts'
import type { ClientSecrets } from './client-secrets.ts'
import type { ClientsRepository } from './clients-repository.ts'

export interface KeepSecretUse {
  clientSecrets: ClientSecrets
  sealer: FieldSealer
}

export type KeptSecret = Pick<Client, 'secretHash' | 'secretSealed'>

const place = (clientId: string) => ({ table: 'clients', row: clientId, column: 'secret_sealed' })

export const sealedClientSecrets = (
  repository: Pick<ClientsRepository, 'sealedOtherwise' | 'reseal'>,
): SealedColumn => ({ place, sealedOtherwise: repository.sealedOtherwise, reseal: repository.reseal })

/**
 * The form in which a client's secret is stored: hashed, and sealed besides where its algorithms need the secret
 * itself. The hash then says which sealed secret is the latest: an older one that was put back opens, but does not fit.
 */
export function keepSecret(
  { clientSecrets, sealer }: KeepSecretUse,
  clientId: string,
  metadata: ClientMetadata,
  secret: string,
): KeptSecret {
  return {
    secretHash: clientSecrets.hash(clientId, secret),
    secretSealed: needsPlainSecret(metadata) ? sealer.seal(place(clientId), secret) : undefined,
  }
}

/** The secret itself, where it was kept sealed. */
export function revealSecret(use: KeepSecretUse, client: Client): string | undefined {
  if (client.secretSealed === undefined) return undefined
  const secret = use.sealer.open(place(client.clientId), client.secretSealed)
  if (!secretFits(use, client, secret)) throw new SealBroken()
  return secret
}

export const secretFits = (
  { clientSecrets }: Pick<KeepSecretUse, 'clientSecrets'>,
  { clientId, secretHash }: Client,
  secret: string,
): boolean => secretHash !== undefined && clientSecrets.verify(clientId, secret, secretHash)
