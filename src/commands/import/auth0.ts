/**
 * Auth0: the export of users (lines of JSON, no hashes), the export of password hashes that its support makes, and what its
 * own import takes, `custom_password_hash` included. One person has one id in all of them.
 */
import { z } from 'zod'
import { jsonObjects } from './json-objects.ts'
import { BadRecord, readRecord, timeOf } from './read-record.ts'
import type { Reader } from './source.ts'

const text = z.string().nullish()

const encoded = z.looseObject({ value: z.string(), encoding: z.enum(['base64', 'hex', 'utf8']).nullish() })

const customHash = z.looseObject({
  algorithm: z.string(),
  hash: encoded.extend({ digest: text, key: encoded.nullish() }),
  salt: encoded.extend({ position: z.enum(['prefix', 'suffix']).nullish() }).nullish(),
})

const user = z.looseObject({
  user_id: text,
  _id: z.union([z.string(), z.looseObject({ $oid: z.string() })]).nullish(),
  email: text,
  email_verified: z.boolean().nullish(),
  name: text,
  given_name: text,
  family_name: text,
  nickname: text,
  username: text,
  picture: text,
  phone_number: text,
  phone_verified: z.boolean().nullish(),
  blocked: z.boolean().nullish(),
  created_at: z.union([z.string(), z.looseObject({ $date: z.union([z.string(), z.number()]) })]).nullish(),
  mfa_factors: z.array(z.looseObject({ totp: z.looseObject({ secret: z.string() }).nullish() })).nullish(),
  identities: z
    .array(z.looseObject({ connection: text, user_id: z.union([z.string(), z.number()]).nullish() }))
    .nullish(),
  passwordHash: text,
  password_hash: text,
  custom_password_hash: customHash.nullish(),
})

type User = z.output<typeof user>

export const auth0: Reader = {
  records: (chunks) => jsonObjects(chunks),
  toUser: readRecord(user, (record) => ({
    id: idOf(record),
    email: record.email ?? undefined,
    emailVerified: record.email_verified ?? undefined,
    // Where nobody gave a name, the address stands in its place.
    name: record.name === record.email ? undefined : (record.name ?? undefined),
    profile: {
      given_name: record.given_name,
      family_name: record.family_name,
      nickname: record.nickname,
      preferred_username: record.username,
      picture: record.picture,
      phone_number: record.phone_number,
      phone_number_verified: record.phone_verified,
    },
    disabled: record.blocked ?? undefined,
    createdAt: timeOf(
      typeof record.created_at === 'object' ? record.created_at?.$date : (record.created_at ?? undefined),
    ),
    totp: (record.mfa_factors ?? []).flatMap(({ totp }) => (totp ? [totp] : [])),
    identities: (record.identities ?? []).flatMap(({ connection, user_id: subject }) =>
      connection && subject ? { at: connection, subject: String(subject) } : [],
    ),
    passwordHash:
      record.passwordHash ??
      record.password_hash ??
      (record.custom_password_hash ? toHash(record.custom_password_hash) : undefined),
  })),
}

/** `auth0|5f7c…` in one export is `5f7c…` in the other. */
function idOf({ user_id: id, _id: row }: User): string {
  const known = id ?? (typeof row === 'object' ? row?.$oid : row)
  if (!known) throw new BadRecord('it has no user_id and no _id')
  return known.replace(/^auth0\|/, '')
}

const bytesOf = ({ value, encoding }: z.output<typeof encoded>, usual: 'hex' | 'utf8'): Buffer =>
  Buffer.from(value, encoding ?? usual)

const DIGESTS = /^(md5|sha1|sha256|sha512)$/

function toHash({ algorithm, hash, salt }: z.output<typeof customHash>): string {
  if (/^(argon2|bcrypt|pbkdf2|scrypt|ldap)$/.test(algorithm)) return hash.value
  const base64 = bytesOf(hash, 'hex').toString('base64')
  if (algorithm === 'hmac' && hash.key && hash.digest) {
    const digits = Buffer.from(bytesOf(hash, 'hex').toString('hex')).toString('base64')
    return `$hmac-${hash.digest}$${digits}$${bytesOf(hash.key, 'utf8').toString('base64')}`
  }
  if (!DIGESTS.test(algorithm))
    throw new BadRecord(`its password was hashed by ${algorithm}, which is not known here`)
  const format = salt?.position === 'prefix' ? '{SALT}{PASSWORD}' : '{PASSWORD}{SALT}'
  const saltBytes = salt ? bytesOf(salt, 'utf8') : Buffer.alloc(0)
  return `$${algorithm}$pf=${Buffer.from(format).toString('base64')}$${saltBytes.toString('base64')}$${base64}`
}
