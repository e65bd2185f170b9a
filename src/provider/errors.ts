import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import type { ErrorModel } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import type { Clock } from '../shared/clock.ts'
import { ROUTES } from './routes.ts'

export interface ErrorsUse {
  showPage: ShowPage
  requestId: (ctx: KoaContextWithOIDC) => string
  clock: Clock
  /** Off in production: what was received and what is registered is then nobody else's business. */
  developerDetails: boolean
}

/** Where a person looks on. Everywhere else a program reads the answer, whatever it says to accept. */
const BROWSER_ROUTES = new Set([
  'authorization',
  'resume',
  'end_session',
  'end_session_confirm',
  'end_session_success',
])

type Out = { error: string; error_description?: string | undefined }

export function createRenderError(use: ErrorsUse) {
  return (ctx: KoaContextWithOIDC, out: Out, error: errors.OIDCProviderError | Error): void => {
    if (!BROWSER_ROUTES.has(ctx.oidc.route)) {
      ctx.body = out
      return
    }
    const client = ctx.oidc.client
    const status = Math.max(ctx.status, 400)
    const model: ErrorModel = {
      code: out.error,
      status,
      requestId: use.requestId(ctx),
      time: use.clock.now(),
      ...(client === undefined ? {} : { client: { name: client.clientName ?? client.clientId } }),
      ...(client?.initiateLoginUri === undefined ? {} : { restart: client.initiateLoginUri }),
      ...(use.developerDetails ? { developer: details(ctx, out, error) } : {}),
    }
    use.showPage(ctx, 'error', model, { status })
  }
}

function details(ctx: KoaContextWithOIDC, out: Out, error: Error): NonNullable<ErrorModel['developer']> {
  const { client } = ctx.oidc
  const asked = ctx.query
  const received = typeof asked['redirect_uri'] === 'string' ? asked['redirect_uri'] : undefined
  const clientId = typeof asked['client_id'] === 'string' ? asked['client_id'] : undefined
  const explanation = 'error_detail' in error ? String(error.error_detail) : out.error_description
  const uris = out.error === 'invalid_redirect_uri'
  return {
    // The resumed request's path ends in a value that only its browser may know.
    endpoint: `${ctx.method} ${ctx.oidc.route === 'resume' ? `${ROUTES.authorization}/…` : ctx.path}`,
    ...(explanation === undefined ? {} : { explanation }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(uris && received !== undefined ? { received } : {}),
    ...(uris && client?.redirectUris !== undefined ? { registered: [...client.redirectUris] } : {}),
  }
}
