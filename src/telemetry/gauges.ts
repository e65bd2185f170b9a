/** What is looked up or measured, beside what is counted (`metrics.ts`). */
import { Gauge, Histogram, type Registry } from 'prom-client'
import type { Clock } from '../shared/clock.ts'
import { gaugesOf } from './instruments.ts'
import { capped, closed, HTTP_METHODS, OTHER, statusLabel } from './metric-labels.ts'

export interface OutboxDepth {
  waiting: number
  /** Set aside. */
  dead: number
}

export interface WebhooksDepth {
  waiting: number
  /** Set aside. */
  dead: number
  /** Of what waits longest. */
  oldestSeconds: number
  /** Webhooks that nobody disabled by hand. */
  setAside: number
}

export interface HttpObservation {
  /** The pattern (`/interaction/:uid`), `other` where none matched. Never the path that was called. */
  route: string
  method: string
  status: number
  seconds: number
}

export interface SigningKeyEnd {
  kid: string
  /** Epoch ms. */
  expiresAt: number
}

const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const ROUTES = 200

export function signingKeyGauge(registry: Registry, clock: Clock): (keys: readonly SigningKeyEnd[]) => void {
  let keys: readonly SigningKeyEnd[] = []
  new Gauge({
    name: 'auth_signing_key_expiry_seconds',
    help: 'Seconds until a published signing key ends.',
    labelNames: ['kid'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { kid, expiresAt } of keys) this.set({ kid }, (expiresAt - clock.now()) / 1000)
    },
  })
  return (present) => {
    keys = [...present]
  }
}

export const outboxGauge = (registry: Registry) =>
  gaugesOf<OutboxDepth>(registry, { waiting: 0, dead: 0 }, [
    {
      name: 'auth_outbox_messages',
      help: 'Messages in the outbox: waiting to be delivered, or set aside as dead.',
      values: ({ waiting, dead }) => ({ waiting, dead }),
    },
  ])

export const webhookGauges = (registry: Registry) =>
  gaugesOf<WebhooksDepth>(registry, { waiting: 0, dead: 0, oldestSeconds: 0, setAside: 0 }, [
    {
      name: 'auth_webhook_events',
      help: 'Events for webhooks: waiting to be told, or set aside as dead.',
      values: ({ waiting, dead }) => ({ waiting, dead }),
    },
    {
      name: 'auth_webhook_oldest_seconds',
      help: 'Age of the event that waits longest for a webhook.',
      values: ({ oldestSeconds }) => ({ '': oldestSeconds }),
    },
    {
      name: 'auth_webhooks_set_aside',
      help: 'Webhooks that are told nothing more, as they were gone or failed for days.',
      values: ({ setAside }) => ({ '': setAside }),
    },
  ])

export function httpHistogram(registry: Registry): (observation: HttpObservation) => void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request’s head to the end of the response.',
    labelNames: ['route', 'method', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  })
  const [routeLabel, methodLabel] = [capped(ROUTES), closed(HTTP_METHODS)]
  for (const method of [...HTTP_METHODS, OTHER]) durations.zero({ route: OTHER, method, status: '404' })
  return ({ route, method, status, seconds }) => {
    const labels = { route: routeLabel(route), method: methodLabel(method), status: statusLabel(status) }
    durations.observe(labels, seconds)
  }
}
