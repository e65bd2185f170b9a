import { expect, test } from 'vitest'
import { createMetrics, type Metrics } from './metrics.ts'

const samples = async (metrics: Metrics) =>
  (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const matching = async (metrics: Metrics, part: string) =>
  (await samples(metrics)).filter((line) => line.includes(part))

test('every metric is there from the start, with value 0', async () => {
  const metrics = createMetrics()
  metrics.jobs(['sweep'])
  const text = await metrics.text()
  for (const name of [
    'auth_logins_total{result="success",method="password"} 0',
    'auth_refresh_total{result="rotated"} 0',
    'auth_refresh_total{result="unheard"} 0',
    'auth_refresh_reuse_detected_total 0',
    'auth_mfa_total{method="totp",result="failure"} 0',
    'auth_tokens_issued_total{grant_type="authorization_code"} 0',
    'auth_revocations_total{scope="session"} 0',
    'auth_rate_limited_total{limiter="login_account"} 0',
    'auth_password_hash_queue_depth 0',
    'auth_job_runs_total{job="sweep",result="failure"} 0',
    'auth_worker_leads 0',
    'auth_outbox_messages{state="waiting"} 0',
    'auth_outbox_messages{state="dead"} 0',
    '# TYPE auth_signing_key_expiry_seconds gauge',
    'http_request_duration_seconds_count{route="other",method="GET",status="404"} 0',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_seconds',
  ])
    expect(text).toContain(name)
})

test('what happened is counted under its labels', async () => {
  const metrics = createMetrics({ nodeDefaults: false, loginMethods: ['password', 'passkey'] })
  metrics.login('success', 'passkey')
  metrics.mfa('totp', 'failure')
  metrics.refresh('repeat')
  metrics.tokenIssued('client_credentials')
  metrics.revocation('family')
  metrics.risk('new_country', 'step_up')
  metrics.riskSource('geoip', true)
  metrics.riskSource('reputation', false)
  metrics.rateLimited('global')
  metrics.passwordHashQueue(3)
  metrics.httpRequest({ route: '/oauth2/token', method: 'POST', status: 200, seconds: 0.004 })
  expect((await samples(metrics)).filter((line) => / [13]$/.test(line) && !line.includes('bucket'))).toEqual([
    'auth_logins_total{result="success",method="passkey"} 1',
    'auth_refresh_total{result="repeat"} 1',
    'auth_mfa_total{method="totp",result="failure"} 1',
    'auth_tokens_issued_total{grant_type="client_credentials"} 1',
    'auth_revocations_total{scope="family"} 1',
    'auth_risk_findings_total{rule="new_country",outcome="step_up"} 1',
    'auth_risk_source_up{source="geoip"} 1',
    'auth_rate_limited_total{limiter="global"} 1',
    'auth_password_hash_queue_depth 3',
    'http_request_duration_seconds_count{route="/oauth2/token",method="POST",status="200"} 1',
  ])
})

test('a reuse is one step of its verdict and one of its own counter', async () => {
  const metrics = createMetrics({ nodeDefaults: false })
  metrics.refresh('reuse')
  expect(await matching(metrics, 'reuse')).toEqual([
    'auth_refresh_total{result="reuse"} 1',
    'auth_refresh_reuse_detected_total 1',
  ])
})

test('A-912 whatever comes by, the number of series stays', async () => {
  const metrics = createMetrics({ nodeDefaults: false })
  const before = (await samples(metrics)).length
  for (let n = 0; n < 10_000; n++) {
    metrics.login('failure', `method-${n}`)
    metrics.mfa(`method-${n}`, 'success')
    metrics.tokenIssued(`urn:grant:${n}`)
    metrics.httpRequest({ route: 'other', method: `VERB${n}`, status: 404, seconds: 0.001 })
  }
  expect(await samples(metrics)).toHaveLength(before)
  expect(await matching(metrics, 'auth_logins_total{result="failure",method="other"}')).toEqual([
    'auth_logins_total{result="failure",method="other"} 10000',
  ])
})

test('A-912 a path handed over for a pattern, by a fault of ours, does not grow without end', async () => {
  const metrics = createMetrics({ nodeDefaults: false })
  const hit = (n: number) =>
    metrics.httpRequest({ route: `/x/${n}`, method: 'GET', status: 200, seconds: 0.001 })
  for (let n = 0; n < 1000; n++) hit(n)
  const full = (await samples(metrics)).length
  for (let n = 1000; n < 5000; n++) hit(n)
  expect(await samples(metrics)).toHaveLength(full)
})

test('statuses that we never send fall into their class', async () => {
  const metrics = createMetrics({ nodeDefaults: false })
  for (const status of [418, 599, 206]) metrics.httpRequest({ route: '/', method: 'GET', status, seconds: 0 })
  const lines = await matching(metrics, 'seconds_count{route="/"')
  expect(lines.map((line) => /status="(.*?)"/.exec(line)?.[1])).toEqual(['4xx', '5xx', '2xx'])
})

test('signing keys count down, and a key that is gone leaves', async () => {
  const clock = { time: 1_000_000, now: () => clock.time }
  const metrics = createMetrics({ nodeDefaults: false, clock })
  metrics.signingKeys([
    { kid: 'a', expiresAt: 1_060_000 },
    { kid: 'b', expiresAt: 1_600_000 },
  ])
  clock.time += 10_000
  expect(await matching(metrics, 'auth_signing_key')).toEqual([
    'auth_signing_key_expiry_seconds{kid="a"} 50',
    'auth_signing_key_expiry_seconds{kid="b"} 590',
  ])
  metrics.signingKeys([{ kid: 'b', expiresAt: 1_600_000 }])
  expect(await matching(metrics, 'auth_signing_key')).toEqual([
    'auth_signing_key_expiry_seconds{kid="b"} 590',
  ])
})

test('two houses in one process do not count together', async () => {
  const [one, other] = [createMetrics({ nodeDefaults: false }), createMetrics({ nodeDefaults: false })]
  one.refresh('rotated')
  expect(await matching(other, 'result="rotated"')).toEqual(['auth_refresh_total{result="rotated"} 0'])
})
