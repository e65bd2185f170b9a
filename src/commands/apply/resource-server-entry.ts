import { z } from 'zod'
import { duration } from '../../config/values/duration.ts'
import { isServerScope } from '../../provider/scopes.ts'
import { clientId, SCOPE_TOKEN } from './client-entry.ts'

/** RFC 8707 §2: an absolute URI without a fragment. */
export const resourceIndicator = z
  .string()
  .max(500)
  .refine(
    (text) => /^[\x21-\x7e]+$/.test(text) && URL.canParse(text) && !text.includes('#'),
    'must be an absolute URI without a fragment',
  )

const scope = z
  .string()
  .regex(SCOPE_TOKEN, 'must be a scope: printable ASCII without spaces, quotes and backslashes')
  .refine((text) => !isServerScope(text), 'is a scope of the server itself')

export const resourceServerEntry = z.strictObject({
  identifier: resourceIndicator,
  scopes: z
    .array(scope)
    .min(1)
    .max(200)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'name a scope twice'),
  access_token_format: z.enum(['jwt', 'opaque']).default('opaque'),
  signing_alg: z.enum(['ES256', 'RS256', 'EdDSA']).default('ES256'),
  /** No longer than `ACCESS_TOKEN_EXP` may be; the server cuts it at what that is. */
  access_token_ttl: duration('1s', '15m').optional(),
  introspection_client: clientId.optional(),
})

export type ResourceServerEntry = z.output<typeof resourceServerEntry>
