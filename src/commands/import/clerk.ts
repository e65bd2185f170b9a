/** The CSV that Clerk's dashboard exports. */
import { z } from 'zod'
import { csvRecords } from './csv-records.ts'
import { BadRecord, fullName, readRecord, timeOf } from './read-record.ts'
import type { Reader } from './source.ts'

const text = z.string().optional()

const user = z.looseObject({
  id: z.string().min(1),
  first_name: text,
  last_name: text,
  username: text,
  primary_email_address: text,
  verified_email_addresses: text,
  primary_phone_number: text,
  verified_phone_numbers: text,
  totp_secret: text,
  password_digest: text,
  password_hasher: text,
  created_at: text,
  banned: text,
})

export const clerk: Reader = {
  records: csvRecords,
  toUser: readRecord(user, (record) => {
    const { primary_email_address: email, primary_phone_number: phone } = record
    return {
      id: record.id,
      email: email || undefined,
      emailVerified: isListed(record.verified_email_addresses, email),
      name: fullName(record.first_name, record.last_name),
      profile: {
        given_name: record.first_name,
        family_name: record.last_name,
        preferred_username: record.username,
        phone_number: phone,
        phone_number_verified: phone ? isListed(record.verified_phone_numbers, phone) : undefined,
      },
      disabled: record.banned === 'true',
      createdAt: timeOf(record.created_at),
      totp: record.totp_secret ? [{ secret: record.totp_secret }] : [],
      passwordHash: record.password_digest
        ? toHash(record.password_digest, record.password_hasher ?? '')
        : undefined,
    }
  }),
}

/** Several stand in one cell. */
const isListed = (list: string | undefined, value: string | undefined): boolean =>
  value !== undefined && value !== '' && (list ?? '').split(/[|;,\s]+/).includes(value)

/** Clerk's spellings that say what they are by themselves are read as such. */
function toHash(digest: string, hasher: string): string {
  if (hasher === 'md5' || hasher === 'sha256')
    return `$${hasher}$${Buffer.from(digest, 'hex').toString('base64')}`
  if (hasher === 'scrypt_firebase') return fromFirebase(digest)
  return digest
}

/** Hash, salt, signer key, separator, rounds, memory cost. */
function fromFirebase(digest: string): string {
  const [hash, salt, signer, separator, rounds, memory] = digest.split('$')
  if (memory === undefined) throw new BadRecord('its password_digest is no scrypt_firebase')
  return `$firescrypt$ln=${memory},r=${rounds},p=1$${salt}$${hash}$${separator}$${signer}`
}
