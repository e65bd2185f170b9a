import { hash } from 'node:crypto'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { retryAfter } from '../shared/retry-after.ts'
import { RESPONSE_TYPES } from './account-client.ts'

/** Short enough that a new signing key is seen before it signs, long enough that nobody asks for every token. */
const KEPT_FOR = 300

/**
 * Metadata and keys are the same for everybody and may be kept; `If-None-Match` spares their body. Everything else that
 * the library answers keeps the `no-store` of our door. A 503 says when to come back.
 */
export function letPublicDocumentsBeKept(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status === 503) ctx.set('retry-after', retryAfter())
    const route = (ctx['oidc'] as KoaContextWithOIDC['oidc'] | undefined)?.route
    if ((route !== 'discovery' && route !== 'jwks') || ctx.status !== 200) return
    if (route === 'discovery') tellOnlyOthers(ctx.body as Record<string, unknown>)
    const body = JSON.stringify(ctx.body)
    ctx.set({
      'cache-control': `public, max-age=${KEPT_FOR}`,
      etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"`,
    })
    if (ctx.fresh) ctx.status = 304
  })
}

/** What is for the house's own client alone (`account-client.ts`) is no offer. */
function tellOnlyOthers(metadata: Record<string, unknown>): void {
  metadata['response_types_supported'] = [...RESPONSE_TYPES]
}
