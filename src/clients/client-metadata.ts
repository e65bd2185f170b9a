/**
 * Client metadata at the door: names of RFC 7591 §2, plus three of ours. What is accepted here is what the library
 * gets; everything else is refused by name, so that a typing error never becomes a weaker client.
 */
import { z } from 'zod'
import { PROFILE_NAMES, PROFILES } from './profiles/registry.ts'
import { receiverUriProblem } from './receiver-uri.ts'
import { redirectUriProblem } from './redirect-uri.ts'

const httpsUri = z.url({ protocol: /^https$/, error: 'must be an https URL' })
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'none'] as const
const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const
const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const
const SIGNING_ALGS = ['ES256', 'RS256', 'EdDSA', 'HS256'] as const

/** A picture kept with the client, so that no page of ours loads anything from elsewhere. */
const logo = z
  .string()
  .max(90_000, 'must be 64 kB at most')
  .regex(
    /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/,
    'must be a data: URI of a PNG, JPEG or WebP',
  )

export const clientMetadataSchema = z
  .strictObject({
    profile: z.enum(PROFILE_NAMES).default('web'),
    client_name: z.string().min(1).max(200).optional(),
    client_uri: httpsUri.optional(),
    logo_uri: logo.optional(),
    policy_uri: httpsUri.optional(),
    tos_uri: httpsUri.optional(),
    contacts: z.array(z.email()).max(10).optional(),
    application_type: z.enum(['web', 'native']).optional(),
    redirect_uris: z.array(z.string()).max(50).default([]),
    post_logout_redirect_uris: z.array(z.string()).max(50).default([]),
    grant_types: z.array(z.enum(GRANT_TYPES)).optional(),
    response_types: z.array(z.literal('code')).optional(),
    response_modes: z.array(z.enum(RESPONSE_MODES)).min(1).optional(),
    token_endpoint_auth_method: z.enum(AUTH_METHODS).optional(),
    id_token_signed_response_alg: z.enum(SIGNING_ALGS).optional(),
    backchannel_logout_uri: z.string().optional(),
    backchannel_logout_session_required: z.boolean().optional(),
    scope: z.string().optional(),
    default_max_age: z.int().min(0).optional(),
    require_auth_time: z.boolean().optional(),
    initiate_login_uri: httpsUri.optional(),
    require_pushed_authorization_requests: z.boolean().optional(),
    require_pkce: z.boolean().default(true),
    id_token_claims: z.array(z.string().max(100)).max(50).default([]),
    first_party: z.boolean().default(false),
  })
  .transform((given) => ({ ...PROFILES[given.profile], ...withoutUndefined(given) }))
  .superRefine((client, problem) => {
    const say = (path: (string | number)[], message: string): void => {
      problem.addIssue({ code: 'custom', path, message })
    }
    for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
      client[field].forEach((uri, index) => {
        const wrong = redirectUriProblem(uri, client.application_type)
        if (wrong !== undefined) say([field, index], `${JSON.stringify(uri)} ${wrong}`)
      })
    }
    const receiver = client.backchannel_logout_uri
    const wrong = receiver === undefined ? undefined : receiverUriProblem(receiver)
    if (wrong !== undefined) say(['backchannel_logout_uri'], wrong)
    const code = client.grant_types.includes('authorization_code')
    if (code && client.redirect_uris.length === 0) say(['redirect_uris'], 'at least one is needed')
    const open = client.token_endpoint_auth_method === 'none'
    if (open && client.grant_types.includes('client_credentials')) {
      say(['grant_types'], 'client_credentials needs a client that authenticates')
    }
    if (open && !client.require_pkce) say(['require_pkce'], 'only a confidential client may switch PKCE off')
    if (open && client.id_token_signed_response_alg === 'HS256') {
      say(['id_token_signed_response_alg'], 'HS256 needs a client secret')
    }
  })

export type ClientMetadata = z.output<typeof clientMetadataSchema>

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** A profile's default must not be overwritten by a key that is there but undefined. */
function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>
}

/** A client of which the server must know the secret itself: it can't be kept as a hash. */
export const needsPlainSecret = (client: ClientMetadata): boolean =>
  client.token_endpoint_auth_method === 'client_secret_jwt' || client.id_token_signed_response_alg === 'HS256'

export const isConfidential = (client: ClientMetadata): boolean =>
  client.token_endpoint_auth_method !== 'none'
