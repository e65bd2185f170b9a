import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Reports } from './reports.ts'

const FAILURES = [
  'authorization.error',
  'grant.error',
  'introspection.error',
  'revocation.error',
  'pushed_authorization_request.error',
  'userinfo.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
  'jwks.error',
  'discovery.error',
  'server_error',
] as const

/**
 * Listeners run inside the request, and one that throws would break it after the tokens were written: so these only
 * report. Successes of refresh and code come from the commit instead (`token-endpoint.ts`).
 */
export function listen(provider: Provider, reports: Reports): void {
  const failed = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError | Error): void =>
    reports.failed(ctx, error)
  for (const event of FAILURES) provider.on(event as 'server_error', failed)
  provider.on('grant.success', (ctx) => reports.issued(ctx))
}
