import { z } from 'zod'
import type { Credential } from '../../accounts/person.ts'

/** A subject identifier: 255 ASCII characters at most (OpenID Connect Core §2). */
export const SUBJECT = /^[\x20-\x7e]{1,255}$/

/** Who a person is elsewhere. Together the three are nobody else's, by an index of the table; nothing of it is secret. */
export const STORED_IDENTITY = z.strictObject({
  /** The id of the connector. */
  connector: z.string(),
  /** The issuer identifier. */
  issuer: z.string(),
  /** The subject identifier, to the byte. */
  subject: z.string(),
})

export type StoredIdentity = z.output<typeof STORED_IDENTITY>

/** Undefined for what another version has written there. */
export const identityIn = ({ data }: Pick<Credential, 'data'>): StoredIdentity | undefined =>
  STORED_IDENTITY.safeParse(data).data
