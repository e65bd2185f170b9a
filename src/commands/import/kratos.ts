/** Identities of Ory Kratos with their credentials: a list, or one after the other. */
import { z } from 'zod'
import { jsonObjects } from './json-objects.ts'
import { fullName, readRecord, timeOf } from './read-record.ts'
import type { Reader, SourceTotp } from './source.ts'

const text = z.string().nullish()

const name = z.union([
  z.string(),
  z.looseObject({ first: text, last: text, given: text, family: text, full: text }),
])

const identity = z.looseObject({
  id: z.string().min(1),
  state: text,
  created_at: text,
  traits: z.looseObject({ email: text, username: text, name: name.nullish(), phone: text, picture: text }),
  verifiable_addresses: z
    .array(z.looseObject({ value: z.string(), verified: z.boolean().nullish() }))
    .nullish(),
  credentials: z
    .looseObject({
      totp: z.looseObject({ config: z.looseObject({ totp_url: text }).nullish() }).nullish(),
      password: z.looseObject({ config: z.looseObject({ hashed_password: text }).nullish() }).nullish(),
    })
    .nullish(),
})

export const kratos: Reader = {
  records: (chunks) => jsonObjects(chunks),
  toUser: readRecord(identity, ({ id, state, traits, credentials, ...rest }) => {
    const email = traits.email ?? rest.verifiable_addresses?.find(({ value }) => value.includes('@'))?.value
    const proven = rest.verifiable_addresses?.some(
      ({ value, verified }) => value === email && verified === true,
    )
    const called = typeof traits.name === 'object' ? traits.name : undefined
    const [given, family] = [called?.first ?? called?.given, called?.last ?? called?.family]
    return {
      id,
      email,
      emailVerified: proven,
      name: typeof traits.name === 'string' ? traits.name : (called?.full ?? fullName(given, family)),
      profile: {
        given_name: given,
        family_name: family,
        preferred_username: traits.username,
        phone_number: traits.phone,
        picture: traits.picture,
      },
      disabled: state === 'inactive',
      createdAt: timeOf(rest.created_at),
      totp: totpOf(credentials?.totp?.config?.totp_url),
      passwordHash: credentials?.password?.config?.hashed_password ?? undefined,
    }
  }),
}

/** `otpauth://totp/…?secret=…`, as apps are shown it. */
function totpOf(address: string | null | undefined): SourceTotp[] {
  if (!address) return []
  const asked = URL.parse(address)?.searchParams
  const numberOf = (name: string): number | undefined =>
    asked?.has(name) ? Number(asked.get(name)) : undefined
  return [
    {
      secret: asked?.get('secret') ?? '',
      algorithm: asked?.get('algorithm'),
      digits: numberOf('digits'),
      period: numberOf('period'),
    },
  ]
}
