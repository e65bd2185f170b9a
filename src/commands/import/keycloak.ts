/** A realm as `kc.sh export --users realm_file` writes it, or a file of its users: `users` on top, with their credentials. */
import { z } from 'zod'
import { jsonObjects } from './json-objects.ts'
import { BadRecord, base32, fullName, readRecord, unpadded } from './read-record.ts'
import type { Reader, SourceTotp } from './source.ts'

const text = z.string().nullish()

const credential = z.looseObject({ type: z.string(), secretData: text, credentialData: text })

const user = z.looseObject({
  id: text,
  username: z.string(),
  email: text,
  emailVerified: z.boolean().nullish(),
  enabled: z.boolean().nullish(),
  firstName: text,
  lastName: text,
  createdTimestamp: z.number().nullish(),
  attributes: z.record(z.string(), z.array(z.string())).nullish(),
  serviceAccountClientId: text,
  credentials: z.array(credential).nullish(),
  federatedIdentities: z.array(z.looseObject({ identityProvider: z.string(), userId: z.string() })).nullish(),
})

export const keycloak: Reader = {
  records: (chunks) => jsonObjects(chunks, 'users'),
  toUser: readRecord(user, (record) => {
    if (record.serviceAccountClientId) return 'passed_over'
    const attribute = (name: string): string | undefined => record.attributes?.[name]?.[0]
    const password = record.credentials?.find(({ type }) => type === 'password')
    return {
      id: record.id ?? record.username,
      email: record.email ?? undefined,
      emailVerified: record.emailVerified ?? undefined,
      name: fullName(record.firstName, record.lastName),
      profile: {
        preferred_username: record.username,
        given_name: record.firstName,
        family_name: record.lastName,
        locale: attribute('locale'),
        picture: attribute('picture'),
        phone_number: attribute('phoneNumber') ?? attribute('phone_number'),
        zoneinfo: attribute('zoneinfo'),
      },
      disabled: record.enabled === false,
      createdAt: record.createdTimestamp ?? undefined,
      passwordHash: password && toHash(password),
      identities: (record.federatedIdentities ?? []).map(({ identityProvider, userId }) => ({
        ...{ at: identityProvider, subject: userId },
      })),
      totp: (record.credentials ?? []).filter(({ type }) => type === 'otp').map(toTotp),
    }
  }),
}

const secretData = z.looseObject({ value: z.string(), salt: z.string() })
const credentialData = z.looseObject({
  algorithm: z.string(),
  hashIterations: z.number(),
  additionalParameters: z.record(z.string(), z.array(z.string())).nullish(),
})

const PBKDF2: Readonly<Record<string, string>> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
}

function toHash({ secretData: secret, credentialData: data }: z.output<typeof credential>): string {
  const [kept, how] = [secretData.safeParse(parse(secret)), credentialData.safeParse(parse(data))]
  if (!kept.success || !how.success) throw new BadRecord('its password credential can’t be read')
  const { value, salt } = kept.data
  const { algorithm, hashIterations: rounds, additionalParameters } = how.data
  const hash = PBKDF2[algorithm]
  if (hash !== undefined)
    return `$pbkdf2-${hash}$i=${rounds},l=${Buffer.from(value, 'base64').length}$${unpadded(salt)}$${unpadded(value)}`
  if (algorithm !== 'argon2')
    throw new BadRecord(`its password was hashed by ${algorithm}, which is not known here`)
  const one = (name: string, usual: string): string => additionalParameters?.[name]?.[0] ?? usual
  const version = one('version', '1.3') === '1.0' ? 16 : 19
  const cost = `m=${one('memory', '7168')},t=${rounds},p=${one('parallelism', '1')}`
  return `$argon2${one('type', 'id')}$v=${version}$${cost}$${unpadded(salt)}$${unpadded(value)}`
}

const otpData = z.looseObject({
  subType: text,
  algorithm: text,
  digits: z.number().nullish(),
  period: z.number().nullish(),
  secretEncoding: text,
})
const otpSecret = z.looseObject({ value: z.string() })

function toTotp({ secretData: secret, credentialData: data }: z.output<typeof credential>): SourceTotp {
  const [kept, how] = [otpSecret.safeParse(parse(secret)), otpData.safeParse(parse(data))]
  if (!kept.success || !how.success || (how.data.subType ?? 'totp') !== 'totp')
    throw new BadRecord('its authenticator app counts codes, or can’t be read')
  const { algorithm, digits, period, secretEncoding } = how.data
  const { value } = kept.data
  // Unless told otherwise, the letters themselves are the secret, and an app was shown them in base32.
  return {
    secret: secretEncoding === 'BASE32' ? value : base32(Buffer.from(value)),
    algorithm,
    digits,
    period,
  }
}

function parse(json: string | null | undefined): unknown {
  try {
    return JSON.parse(json ?? '')
  } catch {
    return undefined
  }
}
