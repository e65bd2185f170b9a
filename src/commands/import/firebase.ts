/**
 * `firebase auth:export` as JSON or as CSV, or what the Admin SDK lists: hashes in base64 of either alphabet.
 */
import { z } from 'zod'
import { csvRows } from './csv-records.ts'
import { jsonObjects } from './json-objects.ts'
import { BadRecord, readRecord, timeOf } from './read-record.ts'
import type { FirebaseConfig, Placed, Reader, SourceUser } from './source.ts'

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
  providerUserInfo: z.array(z.looseObject({ providerId: z.string(), rawId: text })).nullish(),
})

export const firebase: Reader = {
  records,
  toUser: (record, { firebase: config }) => readRecord(user, (found) => toUser(found, config))(record),
}

/** JSON is told by its first sign: no id of Firebase's begins with a bracket. */
async function* records(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Placed<unknown>> {
  const rest = chunks[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let first = ''
  while (first === '') {
    const { done, value } = await rest.next()
    if (done) break
    read.push(value)
    first = Buffer.from(value)
      .toString()
      .replace(/^\uFEFF/, '')
      .trimStart()
      .charAt(0)
  }
  const whole = (async function* () {
    yield* read
    yield* { [Symbol.asyncIterator]: () => rest }
  })()
  yield* /[[{]/.test(first) ? jsonObjects(whole, 'users') : csvUsers(whole)
}

/** Which column says what; the file does not name them. Between them stand the linked providers. */
const COLUMNS = {
  localId: 0,
  email: 1,
  passwordHash: 3,
  salt: 4,
  displayName: 5,
  photoUrl: 6,
  createdAt: 23,
  phoneNumber: 25,
} as const
const VERIFIED = 2
const DISABLED = 26

async function* csvUsers(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Placed<unknown>> {
  for await (const { line, value: cells } of csvRows(chunks)) {
    if (cells.length === 1 && cells[0] === '') continue
    const named = Object.entries(COLUMNS).map(([name, column]) => [name, cells[column]])
    yield {
      line,
      value: {
        ...Object.fromEntries(named),
        emailVerified: cells[VERIFIED] === 'true',
        disabled: cells[DISABLED] === 'true',
      },
    }
  }
}

function toUser(record: z.output<typeof user>, config: FirebaseConfig | undefined): SourceUser {
  const id = record.localId ?? record.uid
  if (!id) throw new BadRecord('it has no localId')
  return {
    id,
    email: record.email || undefined,
    emailVerified: record.emailVerified ?? undefined,
    name: record.displayName || undefined,
    profile: {
      picture: record.photoUrl || record.photoURL || undefined,
      phone_number: record.phoneNumber || undefined,
      // Firebase knows none that somebody has not proven.
      phone_number_verified: record.phoneNumber ? true : undefined,
    },
    disabled: record.disabled ?? undefined,
    createdAt: timeOf(record.createdAt),
    passwordHash: record.passwordHash ? toHash(record, config) : undefined,
    identities: (record.providerUserInfo ?? []).flatMap(({ providerId, rawId }) =>
      rawId ? { at: providerId, subject: rawId } : [],
    ),
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
