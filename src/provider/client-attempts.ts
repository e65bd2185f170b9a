/**
 * Wrong client secrets, counted. The library looks a client up right before it compares what was presented: the look-up
 * is where a client that has failed too often from here is refused, before anything is compared; and its answer tells
 * whether the attempt failed. A success costs no question to any store.
 */
import type { IncomingMessage } from 'node:http'
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import { RateLimited, type Refusal } from '../security/rate-limit/refusal.ts'

/** Failures of one client from where a request comes from. */
export interface ClientLimit {
  /** What is known without a question to the store. */
  refusal(req: IncomingMessage, clientId: string): Refusal | undefined
  /** Counts one failure more; a refusal when it was one too many. */
  count(req: IncomingMessage, clientId: string): Promise<Refusal | undefined>
}

export interface ClientAttempts {
  /** Notes whom the request says it comes from; throws where that is refused. */
  begin(ctx: KoaContextWithOIDC | undefined, clientId: string): void
  /** Put around the library's own answers. */
  limit(provider: Provider): void
}

const AUTHENTICATED: ReadonlySet<string> = new Set([
  'token',
  'introspection',
  'revocation',
  'pushed_authorization_request',
])

export function createClientAttempts(limit: ClientLimit): ClientAttempts {
  const attempts = new WeakMap<object, { clientId: string; refusal: Refusal | undefined }>()
  return {
    begin: (ctx, clientId) => {
      // The first look-up is that of the authentication; others may follow it.
      if (ctx === undefined || attempts.has(ctx) || !presentsSecret(ctx)) return
      const refusal = limit.refusal(ctx.req, clientId)
      attempts.set(ctx, { clientId, refusal })
      if (refusal !== undefined) throw tooMany()
    },
    limit: (provider) => {
      provider.use(async (ctx, next) => {
        await next()
        const attempt = attempts.get(ctx)
        if (attempt === undefined) return
        const failed = ctx.status === 401
        const refusal = attempt.refusal ?? (failed ? await limit.count(ctx.req, attempt.clientId) : undefined)
        if (refusal === undefined) return
        ctx.remove('www-authenticate')
        throw new RateLimited(refusal)
      })
    },
  }
}

/** Whoever names a public client only has nothing to guess, and must not be stopped by those who do. */
function presentsSecret({ oidc, headers }: KoaContextWithOIDC): boolean {
  const { client_secret: secret, client_assertion: assertion } = oidc.params ?? {}
  const isPresented = headers.authorization !== undefined || secret !== undefined || assertion !== undefined
  return isPresented && AUTHENTICATED.has(oidc.route)
}

/** For the library's own way out, and its log line; the answer is then ours. */
function tooMany(): Error {
  const error = new errors.CustomOIDCProviderError('rate_limited', 'too many wrong secrets')
  return Object.assign(error, { status: 429, statusCode: 429, expose: true })
}
