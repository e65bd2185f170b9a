import { z } from 'zod'
import { isName } from '../../accounts/create-user.ts'
import { CONNECTOR_SLUG, DEFAULT_SCOPE } from '../../federation/connector.ts'
import { isScope, NO_SCOPE } from './client-entry.ts'

const SLUG_RULE = 'must be 1 to 63 small letters, digits and -, which does not begin or end it'
const NO_ORGANIZATIONS = 'organizations are not available yet'
/** It stands on a button. */
const LONGEST_NAME = 64

export const oidcConfigEntry = z.strictObject({
  issuer: z.string(),
  /** RFC 6749 appendix A.1 allows a space too; nobody would see it. */
  client_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, 'must be 1 to 1000 printable ASCII characters without spaces'),
  /** In clear: for trying out. */
  client_secret: z.string().optional(),
  client_secret_env: z.string().optional(),
  scope: z
    .string()
    .max(1000)
    .refine(isScope, { error: NO_SCOPE, abort: true })
    .refine((scope) => scope.split(' ').includes('openid'), 'must have openid among its scopes')
    .default(DEFAULT_SCOPE),
})

export const oidcConnectorEntry = z.strictObject({
  slug: z.string().regex(CONNECTOR_SLUG, SLUG_RULE),
  type: z.literal('oidc'),
  name: z
    .string()
    .refine(
      (name) => isName(name) && name.length <= LONGEST_NAME,
      `must be one line of 1 to ${LONGEST_NAME} characters`,
    )
    .optional(),
  config: oidcConfigEntry,
  disabled: z.boolean().optional(),
  organization: z.null(NO_ORGANIZATIONS).optional(),
  enforced: z
    .boolean()
    .refine((enforced) => !enforced, NO_ORGANIZATIONS)
    .optional(),
})

/** Told as one fault: of its fields nothing is known here. */
const samlConnectorEntry = z.looseObject({ type: z.literal('saml') }).transform((_, context) => {
  context.addIssue({ code: 'custom', path: ['type'], message: 'saml is not available yet' })
  return z.NEVER
})

export const connectorEntry = z.discriminatedUnion('type', [oidcConnectorEntry, samlConnectorEntry], {
  error: ({ code, input }) => (code === 'invalid_union' ? whatOfType(input) : undefined),
})

const whatOfType = (entry: unknown): string =>
  typeof entry === 'object' && entry !== null && 'type' in entry ? 'must be oidc' : 'is missing'

export type ConnectorEntry = z.output<typeof connectorEntry>
