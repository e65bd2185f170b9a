import type { CredentialsRepository } from '../accounts/credentials-repository.ts'
import type { Place } from '../keys/field-seal.ts'
import type { SealedColumn } from '../keys/reseal-columns.ts'

/** Where a credential keeps what must not be read (`data.sealed`, base64): bound to its row. */
export const sealedPlace = (id: string): Place => ({ table: 'credentials', row: id, column: 'sealed' })

export const sealedCredentials = (
  repository: Pick<CredentialsRepository, 'sealedOtherwise' | 'reseal'>,
): SealedColumn => ({
  place: sealedPlace,
  sealedOtherwise: repository.sealedOtherwise,
  reseal: repository.reseal,
})
