import { z } from 'zod'
import { type Credential, credentialsOf, type Person } from '../../accounts/person.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import { sealedPlace } from '../sealed.ts'

/** A phone number that was shown to be its person's; there is one at most. */
export const STORED_NUMBER = z.strictObject({
  /** In E.164, sealed; base64. */
  sealed: z.base64(),
  /** Its last two digits: all that is shown of it. */
  ends: z.string().length(2),
})

export const numberCredential = (person: Person): Credential | undefined =>
  credentialsOf(person, 'sms-code')[0]

/** How the number ends; undefined where there is none. */
export const numberEnds = (credential: Credential | undefined): string | undefined =>
  credential && STORED_NUMBER.parse(credential.data).ends

export const openNumber = ({ open }: Pick<FieldSealer, 'open'>, { id, data }: Credential): string =>
  open(sealedPlace(id), Buffer.from(STORED_NUMBER.parse(data).sealed, 'base64'))

export const sealNumber = ({ seal }: Pick<FieldSealer, 'seal'>, id: string, number: string) => ({
  sealed: seal(sealedPlace(id), number).toString('base64'),
  ends: number.slice(-2),
})
