/** `firebase auth:export users.json --format=json`, or what the Admin SDK lists: hashes in base64 of either alphabet. */
import { z } from 'zod'
import { jsonObjects } from './json-objects.ts'
import { BadRecord, readRecord, timeOf } from './read-record.ts'
import type { FirebaseConfig, Reader, SourceUser } from './source.ts'

const text = z.string().nullish()
const time = z.union([z.string(), z.number()]).nullish()

const user = z.looseObject({
  localId: text,
  uid: text,
  email: text,
  emailVerified: z.boolean().nullish(),
  passwordHash: text,
  salt: text,
  passwordSalt: text,
  displayName: text,
  photoUrl: text,
  photoURL: text,
  phoneNumber: text,
  createdAt: time,
  disabled: z.boolean().nullish(),
})

export const firebase: Reader = {
  records: (chunks) => jsonObjects(chunks, 'users'),
  toUser: (record, { firebase: config }) => readRecord(user, (found) => toUser(found, config))(record),
}

function toUser(record: z.output<typeof user>, config: FirebaseConfig | undefined): SourceUser {
  const id = record.localId ?? record.uid
  if (!id) throw new BadRecord('it has no localId')
  return {
    id,
    email: record.email ?? undefined,
    emailVerified: record.emailVerified ?? undefined,
    name: record.displayName ?? undefined,
    profile: {
      picture: record.photoUrl ?? record.photoURL,
      phone_number: record.phoneNumber,
      // Firebase knows none that somebody has not proven.
      phone_number_verified: record.phoneNumber ? true : undefined,
    },
    disabled: record.disabled ?? undefined,
    createdAt: timeOf(record.createdAt),
    passwordHash: record.passwordHash ? toHash(record, config) : undefined,
  }
}

function toHash(
  { passwordHash, salt, passwordSalt }: z.output<typeof user>,
  config: FirebaseConfig | undefined,
): string {
  if (config === undefined)
    throw new BadRecord('it has a password, for which the project’s parameters are needed: --firebase-config')
  const { rounds, memCost, saltSeparator, signerKey } = config
  const [hash, salted] = [passwordHash, salt ?? passwordSalt].map((part) => standard(part ?? ''))
  return `$firescrypt$ln=${memCost},r=${rounds},p=1$${salted}$${hash}$${standard(saltSeparator)}$${standard(signerKey)}`
}

const standard = (base64: string): string => Buffer.from(base64, 'base64').toString('base64')
