/** What happened, told to the log and the metrics. No line and no label holds anything that could be presented. */
import type { IncomingMessage } from 'node:http'
import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import type { Grant } from '../adapters/contract.ts'
import { FIRST_PARTY } from './clients/client.ts'
import type { Reports } from './provider/reports.ts'
import type { Reported } from './sign-in/types.ts'
import type { LogEvent } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { RequestContexts } from './telemetry/request-context.ts'

export interface ReportsUse {
  metrics: Metrics
  requests: RequestContexts
}

export function createReports({ metrics, requests }: ReportsUse): Reports {
  // A refusal by the rule was reported with its reason; the library's error that follows says nothing new.
  const told = new WeakSet<object>()
  const note = (ctx: KoaContextWithOIDC, level: 'info' | 'warn', event: LogEvent, message: string): void => {
    told.add(ctx)
    requests.of(ctx.req).log[level](event, message)
  }
  const of = (grant: Grant): LogEvent => ({ userId: grant.account, clientId: grant.client })
  return {
    refreshed(ctx, grant, result) {
      metrics.refresh(result)
      requests.of(ctx.req).outcome = { ...of(grant), event: 'token.refreshed', outcome: result }
    },
    refreshRefused(ctx, grant, reason) {
      metrics.refresh(reason === 'late' ? 'late' : 'invalid')
      const level = reason === 'late' || reason === 'invalid' ? 'info' : 'warn'
      note(ctx, level, { ...of(grant), event: 'token.refresh_refused', reason }, 'refresh token refused')
    },
    refreshReused(ctx, grant, number) {
      metrics.refresh('reuse')
      metrics.revocation('family')
      const event = { ...of(grant), event: 'token.reuse_detected', count: number }
      note(ctx, 'warn', event, 'a refresh token was used again: the family has ended')
    },
    noticed(ctx, grant, { spoke, known: { differs = [] } }) {
      for (const { rule, outcome } of spoke) metrics.risk(rule, outcome)
      const reason = [...spoke.map(({ rule }) => rule), ...differs].join(' ')
      note(ctx, 'warn', { ...of(grant), event: 'risk.noticed', reason }, 'something is odd about a refresh')
    },
    unheard(ctx) {
      metrics.refresh('unheard')
      note(ctx, 'warn', { event: 'token.unheard' }, 'a token request without a listener changed nothing')
    },
    codeReplayed(ctx, grant, { revoked }) {
      if (revoked) metrics.revocation('grant')
      const outcome = revoked ? 'revoked' : 'refused'
      note(
        ctx,
        'warn',
        { ...of(grant), event: 'code.replayed', outcome },
        'an authorization code was used again',
      )
    },
    issued(ctx) {
      const { client, params, entities } = ctx.oidc
      const asked = String(params?.['grant_type'])
      const isSignIn = client?.clientId === FIRST_PARTY && asked === 'authorization_code'
      const grantType = isSignIn ? 'first_party' : asked
      metrics.tokenIssued(grantType)
      // A refresh has said so already, and how it went.
      requests.of(ctx.req).outcome ??= {
        event: 'token.issued',
        clientId: client?.clientId,
        userId: entities.Account?.accountId,
        outcome: grantType,
      }
    },
    failed(ctx, error) {
      // Answered by us: `structured-tokens.ts`.
      if (error.message === 'unsupported_token_type') return
      const { client, params, route } = ctx.oidc
      if (route === 'token' && params?.['grant_type'] === 'refresh_token' && !told.has(ctx))
        metrics.refresh('invalid')
      const reason =
        'error_detail' in error ? `${error.message}: ${String(error.error_detail)}` : error.message
      const [level, fault] = severityOf(error)
      const event = { event: 'request.refused', route, clientId: client?.clientId, reason, ...fault }
      requests.of(ctx.req).log[level](event, 'the request was refused')
    },
  }
}

/** A refusal needs no more than its reason; what hides behind a 503 or a 500 is told with its cause. */
function severityOf(error: errors.OIDCProviderError | Error): ['info' | 'warn' | 'error', { error?: Error }] {
  if ('statusCode' in error && error.statusCode === 503) return ['warn', { error }]
  return 'expose' in error && error.expose ? ['info', {}] : ['error', { error }]
}

/**
 * `clientId`: for whom somebody signs in. An answer that a limiter refused was never looked at, so it is neither a success
 * nor a failure of the method.
 */
export const reportSignIn =
  ({ metrics, requests }: ReportsUse) =>
  (req: IncomingMessage, clientId: string, what: Reported): void => {
    const { log } = requests.of(req)
    const { method, as } = what
    if ('refusal' in what) {
      const { limiter, retryAfterMs } = what.refusal
      const event = { event: 'login.limited', clientId, reason: limiter, retryInMs: retryAfterMs }
      log.warn(event, 'sign-in refused: too many tries')
      return
    }
    const result = what.ok ? 'success' : 'failure'
    if (as === 'second') metrics.mfa(method, result)
    if (!what.ok) {
      if (as === 'first') metrics.login('failure', method)
      const event = as === 'first' ? 'login.failed' : 'mfa.failed'
      log.warn({ event, clientId, reason: what.reason }, 'sign-in failed')
    } else if (what.done) {
      metrics.login('success', what.began)
      log.info({ event: 'login.succeeded', clientId, userId: what.account.sub }, 'signed in')
    }
  }
