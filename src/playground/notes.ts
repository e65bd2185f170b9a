import type { Context } from 'koa'
import {
  type AuthorizationServer,
  allowInsecureRequests,
  discoveryRequest,
  type JWTAccessTokenClaims,
  OperationProcessingError,
  processDiscoveryResponse,
  UnsupportedOperationError,
  validateJwtAccessToken,
} from 'oauth4webapi'

/** Resource indicator of the demo's resource server (RFC 8707). */
export const resourceOf = (issuer: string): string => `${issuer}/playground/api`

const NOTES = [
  { id: 1, text: 'Water the plants on Friday' },
  { id: 2, text: 'Ask Mira for the spare key' },
]

/**
 * The resource server of the demo, as any other would be: knows the issuer by its metadata and trusts a token by its
 * signature, issuer, audience and scope alone (RFC 9068 §4), never by a look into our own store.
 */
export function createNotes(issuer: string): (ctx: Context) => Promise<void> {
  const insecure = { [allowInsecureRequests]: issuer.startsWith('http:') }
  const server = async (): Promise<AuthorizationServer> => {
    const identifier = new URL(issuer)
    return processDiscoveryResponse(identifier, await discoveryRequest(identifier, insecure))
  }
  return async (ctx) => {
    const { authorization } = ctx.headers
    if (authorization === undefined) return challenge(ctx, 401, 'Bearer')
    const request = new Request(resourceOf(issuer), { headers: { authorization } })
    const claims = await validateJwtAccessToken(await server(), request, resourceOf(issuer), insecure).catch(
      refused,
    )
    if (claims === undefined) return challenge(ctx, 401, 'Bearer error="invalid_token"')
    const scopes = scopesOf(claims)
    if (!scopes.includes('notes:read')) {
      return challenge(ctx, 403, 'Bearer error="insufficient_scope", scope="notes:read"')
    }
    ctx.body = {
      notes: NOTES,
      may_write: scopes.includes('notes:write'),
      sub: claims.sub,
      client_id: claims.client_id,
    }
  }
}

const scopesOf = ({ scope }: JWTAccessTokenClaims): string[] =>
  typeof scope === 'string' ? scope.split(' ') : []

/** RFC 6750 §3: what is missing is said in the header, and nothing else is. */
function challenge(ctx: Context, status: 401 | 403, value: string): void {
  ctx.set('www-authenticate', value)
  ctx.status = status
  ctx.body = { error: status === 401 ? 'invalid_token' : 'insufficient_scope' }
}

function refused(error: unknown): undefined {
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError)
    return undefined
  throw error
}
