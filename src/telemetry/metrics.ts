/**
 * What Prometheus reads. Each metric is there from the start with value 0, so that a rate is right from the first
 * event on; label values are closed sets (`metric-labels.ts`).
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { type Clock, systemClock } from '../shared/clock.ts'
import {
  type HttpObservation,
  httpHistogram,
  type OutboxDepth,
  outboxGauge,
  type SigningKeyEnd,
  signingKeyGauge,
  type WebhooksDepth,
  webhookGauges,
} from './gauges.ts'
import { counter } from './instruments.ts'
import {
  BREACH_RESULTS,
  type BreachResult,
  closed,
  DELIVERIES,
  DELIVERY_RESULTS,
  type DeliveryResult,
  GRANT_TYPES,
  LIMITERS,
  type Limiter,
  OTHER,
  REFRESH_RESULTS,
  RESULTS,
  REVOCATION_SCOPES,
  type RefreshResult,
  type Result,
  type RevocationScope,
  RISK_OUTCOMES,
  RISK_RULES,
  RISK_SOURCES,
  type RiskOutcome,
  type RiskRule,
  type RiskSource,
  SMS_PROVIDERS,
  SMS_RESULTS,
  type SmsProviderKind,
  type SmsResult,
  WEBHOOK_RESULTS,
  type WebhookResult,
} from './metric-labels.ts'

export interface MetricsOptions {
  /** Ids of the methods that sign a person in, and of those that serve as second factor. */
  loginMethods?: readonly string[]
  mfaMethods?: readonly string[]
  /** Event loop, garbage collector, memory, handles. */
  nodeDefaults?: boolean
  clock?: Clock
}

export interface Metrics {
  login(result: Result, method: string): void
  mfa(method: string, result: Result): void
  /** `reuse` counts in `auth_refresh_reuse_detected_total` too. */
  refresh(result: RefreshResult): void
  tokenIssued(grantType: string): void
  revocation(scope: RevocationScope): void
  /** A rule of risk spoke, and what followed. */
  risk(rule: RiskRule, outcome: RiskOutcome): void
  /** Whether a file that rules need could be read as it is now. */
  riskSource(source: RiskSource, up: boolean): void
  rateLimited(limiter: Limiter): void
  passwordHashQueue(depth: number): void
  /** A list of known passwords was asked about a new one. */
  breachCheck(result: BreachResult): void
  sms(provider: SmsProviderKind, result: SmsResult): void
  /** One attempt at a message of the outbox. */
  delivery(kind: string, result: DeliveryResult): void
  /** How to learn, whenever somebody asks, what waits in the outbox; also where no worker runs. */
  outbox(read: () => Promise<OutboxDepth>): void
  /** One attempt to tell a webhook of an event. */
  webhook(result: WebhookResult): void
  /** How to learn what waits for webhooks; as for the outbox. */
  webhooks(read: () => Promise<WebhooksDepth>): void
  /** The names of this node’s background jobs, told once: each is there from the start. */
  jobs(names: readonly string[]): void
  job(name: string, result: Result): void
  /** Whether this node leads the background work. */
  leads(leads: boolean): void
  /** All published keys that have an end, epoch ms; replaces what was told before. */
  signingKeys(keys: readonly SigningKeyEnd[]): void
  httpRequest(observation: HttpObservation): void
  /** The text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

/** With a registry of its own: two houses in one process don't count together. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { loginMethods = ['password'], mfaMethods = ['totp'], nodeDefaults = true } = options
  const registry = new Registry()
  if (nodeDefaults) collectDefaultMetrics({ register: registry })
  const count = <Label extends string>(
    name: string,
    help: string,
    labels: Record<Label, readonly string[]>,
  ) => counter(registry, name, help, labels)
  const withOther = (known: readonly string[]) => [...known, OTHER]
  const [loginMethod, mfaMethod, grantType] = [closed(loginMethods), closed(mfaMethods), closed(GRANT_TYPES)]

  const logins = count('auth_logins_total', 'Sign-ins by first factor.', {
    result: RESULTS,
    method: withOther(loginMethods),
  })
  const refreshes = count('auth_refresh_total', 'Refreshes by verdict.', { result: REFRESH_RESULTS })
  const reuses = count('auth_refresh_reuse_detected_total', 'Refresh tokens used again by somebody.', {})
  const factors = count('auth_mfa_total', 'Second factors that were tried.', {
    method: withOther(mfaMethods),
    result: RESULTS,
  })
  const issued = count('auth_tokens_issued_total', 'Token responses by grant type.', {
    grant_type: withOther(GRANT_TYPES),
  })
  const revocations = count('auth_revocations_total', 'Revocations by what they end.', {
    scope: REVOCATION_SCOPES,
  })
  const risks = count('auth_risk_findings_total', 'Rules of risk that spoke, and what followed.', {
    rule: RISK_RULES,
    outcome: RISK_OUTCOMES,
  })
  const riskSources = new Gauge({
    name: 'auth_risk_source_up',
    help: 'Whether a file that rules of risk need could be read as it is now, or is not asked for: 1 or 0.',
    labelNames: ['source'],
    registers: [registry],
  })
  for (const source of RISK_SOURCES) riskSources.set({ source }, 1)
  const limited = count('auth_rate_limited_total', 'Requests that a limiter refused.', { limiter: LIMITERS })
  const breachChecks = count(
    'auth_password_breach_checks_total',
    'New passwords that were looked for in the list of known ones.',
    { result: BREACH_RESULTS },
  )
  const texts = count('auth_sms_sent_total', 'Text messages that were handed to a provider: each costs.', {
    provider: SMS_PROVIDERS,
    result: SMS_RESULTS,
  })
  const deliveries = count('auth_outbox_deliveries_total', 'Attempts at messages of the outbox.', {
    kind: withOther(DELIVERIES),
    result: DELIVERY_RESULTS,
  })
  const deliveryKind = closed(DELIVERIES)
  const webhooks = count('auth_webhook_deliveries_total', 'Attempts to tell webhooks of events.', {
    result: WEBHOOK_RESULTS,
  })
  const jobRuns = new Counter({
    name: 'auth_job_runs_total',
    help: 'Runs of background jobs.',
    labelNames: ['job', 'result'],
    registers: [registry],
  })
  const leader = new Gauge({
    name: 'auth_worker_leads',
    help: 'Whether this node does the background work: 1 or 0.',
    registers: [registry],
  })
  const queue = new Gauge({
    name: 'auth_password_hash_queue_depth',
    help: 'Password hashes that wait for a free lane.',
    registers: [registry],
  })

  return {
    login: (result, method) => logins(result, loginMethod(method)),
    mfa: (method, result) => factors(mfaMethod(method), result),
    refresh: (result) => {
      refreshes(result)
      if (result === 'reuse') reuses()
    },
    tokenIssued: (type) => issued(grantType(type)),
    revocation: (scope) => revocations(scope),
    risk: (rule, outcome) => risks(rule, outcome),
    riskSource: (source, up) => riskSources.set({ source }, up ? 1 : 0),
    rateLimited: (limiter) => limited(limiter),
    breachCheck: (result) => breachChecks(result),
    sms: (provider, result) => texts(provider, result),
    passwordHashQueue: (depth) => queue.set(depth),
    delivery: (kind, result) => deliveries(deliveryKind(kind), result),
    outbox: outboxGauge(registry),
    webhook: (result) => webhooks(result),
    webhooks: webhookGauges(registry),
    jobs: (names) => {
      for (const name of names) for (const result of RESULTS) jobRuns.inc({ job: name, result }, 0)
    },
    job: (name, result) => jobRuns.inc({ job: name, result }),
    leads: (leads) => leader.set(leads ? 1 : 0),
    signingKeys: signingKeyGauge(registry, options.clock ?? systemClock),
    httpRequest: httpHistogram(registry),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
