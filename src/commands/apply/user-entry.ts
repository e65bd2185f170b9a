import { z } from 'zod'
import type { ProfileClaim } from '../../accounts/claims.ts'
import { isName } from '../../accounts/create-user.ts'
import { normaliseEmail } from '../../accounts/email.ts'
import { readPhc } from '../../security/phc-string.ts'

const email = z.string().transform((text, context) => {
  const address = normaliseEmail(text)
  if (address !== undefined) return address
  context.addIssue('must be an e-mail address')
  return z.NEVER
})

const line = z.string().refine(isName, 'must be one line of 1 to 200 characters')
const lines = z.string().min(1).max(1000)
const webAddress = z.url({ protocol: /^https?$/, error: 'must be an https URL' }).max(1000)

/** Roles in the server itself. */
export const serverRole = z
  .string()
  .regex(/^[A-Za-z][\w.:-]{0,99}$/, 'must be a role’s name: letters, digits and . _ : -')

/** OpenID Connect Core §5.1.1. */
const address = z.strictObject({
  formatted: lines.optional(),
  street_address: lines.optional(),
  locality: line.optional(),
  region: line.optional(),
  postal_code: line.optional(),
  country: line.optional(),
})

/** OpenID Connect Core §5.1. */
export const profileFields = {
  given_name: line.optional(),
  family_name: line.optional(),
  middle_name: line.optional(),
  nickname: line.optional(),
  preferred_username: line.optional(),
  profile: webAddress.optional(),
  picture: webAddress.optional(),
  website: webAddress.optional(),
  gender: line.optional(),
  birthdate: z
    .string()
    .regex(/^\d{4}(-\d{2}-\d{2})?$/, 'must be YYYY-MM-DD or YYYY, in quotes')
    .optional(),
  zoneinfo: line.optional(),
  locale: line.optional(),
  phone_number: line.optional(),
  phone_number_verified: z.boolean().optional(),
  address: address.optional(),
} satisfies Record<ProfileClaim, z.ZodType>

export const userEntry = z.strictObject({
  email,
  email_verified: z.boolean().optional(),
  name: line.optional(),
  ...profileFields,
  /** In clear: for trying out. */
  password: z.string().optional(),
  password_env: z.string().optional(),
  password_hash: z
    .string()
    .refine((phc) => readPhc(phc) !== undefined, 'must be an argon2id PHC string of a bearable cost')
    .optional(),
  server_roles: z.array(serverRole).max(50).optional(),
  disabled: z.boolean().optional(),
})

export type UserEntry = z.output<typeof userEntry>
