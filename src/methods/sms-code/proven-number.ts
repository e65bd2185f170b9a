import type { Account } from '../../accounts/account.ts'
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import { numberCredential, openNumber } from './stored.ts'

export interface ProvenNumberUse {
  credentials: Pick<CredentialsRepository, 'of'>
  sealer: Pick<FieldSealer, 'open'>
}

/** The number that a person has shown to be theirs, in E.164. */
export const provenNumber =
  ({ credentials, sealer }: ProvenNumberUse) =>
  async (account: Account): Promise<string | undefined> => {
    const credential = numberCredential({ account, credentials: await credentials.of(account.id) })
    return credential && openNumber(sealer, credential)
  }
