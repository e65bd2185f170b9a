/** Files of one's own making, with the names that `apply` has for a person's fields: CSV, or JSON objects in a row. */
import { z } from 'zod'
import { PROFILE_CLAIMS } from '../../accounts/claims.ts'
import { csvRecords } from './csv-records.ts'
import { jsonObjects } from './json-objects.ts'
import { readRecord, timeOf } from './read-record.ts'
import type { Reader, SourceUser } from './source.ts'

const text = z.string().nullish()
/** In CSV everything is text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false', '1', '0', '']), z.null()]).optional()

const user = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  email: text,
  email_verified: flag,
  name: text,
  disabled: flag,
  created_at: z.union([z.string(), z.number()]).nullish(),
  password_hash: text,
  totp_secret: text,
  phone_number_verified: flag,
  /** Of JSON alone. */
  identities: z.array(z.looseObject({ connector: z.string(), subject: z.string() })).nullish(),
})

const isSet = (value: z.output<typeof flag>): boolean | undefined =>
  value === undefined || value === null || value === ''
    ? undefined
    : value === true || value === 'true' || value === '1'

const toUser = readRecord(user, (record): SourceUser => {
  const profile: Record<string, unknown> = Object.fromEntries(
    PROFILE_CLAIMS.map((claim) => [claim, record[claim]]),
  )
  return {
    // Without an id of its own, a person is known by the address.
    id: String(record.id ?? '') || (record.email ?? ''),
    email: record.email ?? undefined,
    emailVerified: isSet(record.email_verified),
    name: record.name ?? undefined,
    profile: { ...profile, phone_number_verified: isSet(record.phone_number_verified) },
    disabled: isSet(record.disabled),
    createdAt: timeOf(record.created_at),
    passwordHash: record.password_hash ?? undefined,
    identities: (record.identities ?? []).map(({ connector, subject }) => ({ at: connector, subject })),
    totp: record.totp_secret ? [{ secret: record.totp_secret }] : [],
  }
})

export const csv: Reader = { records: csvRecords, toUser }
export const ndjson: Reader = { records: (chunks) => jsonObjects(chunks), toUser }
