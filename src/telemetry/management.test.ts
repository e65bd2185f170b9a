import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHealth } from './health.ts'
import { type Management, startManagement } from './management.ts'
import { createMetrics } from './metrics.ts'

const health = createHealth({ cacheMs: 0 })
let redisAway = false
health.add('redis', () => (redisAway ? Promise.reject(new Error('away')) : Promise.resolve()))
let management: Management

beforeAll(async () => {
  const metrics = createMetrics({ nodeDefaults: false })
  management = await startManagement({ host: '127.0.0.1', port: 0, health, metrics })
})
afterAll(() => management.close())

interface Reply {
  status: number | undefined
  body: string
  headers: NodeJS.Dict<string | string[]>
}

/** Not `fetch`, which would tidy the path up. */
const call = (path: string, method = 'GET') =>
  new Promise<Reply>((resolve, reject) => {
    const asked = request({ port: management.port, path, method, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      response.on('end', () => resolve({ status: response.statusCode, body, headers: response.headers }))
    })
    asked.on('error', reject).end()
  })

test('it is alive before anything has started', async () => {
  for (const path of ['/healthz', '/livez']) {
    const { status, body, headers } = await call(path)
    expect([status, body, headers['cache-control']]).toEqual([200, 'ok\n', 'no-store'])
  }
  expect(await call('/readyz')).toMatchObject({ status: 503, body: 'not ready\n' })
})

test('readiness follows the stores, and lists them when asked', async () => {
  health.started()
  expect(await call('/readyz')).toMatchObject({ status: 200, body: 'ready\n' })
  redisAway = true
  const { status, body } = await call('/readyz?verbose')
  expect([status, body.replace(/\d+ ms/g, 'n ms')]).toEqual([
    503,
    '[+]serving n ms\n[-]redis n ms\nnot ready\n',
  ])
  redisAway = false
  expect(await call('/readyz?verbose=1')).toMatchObject({ status: 200 })
})

test('metrics come in the format of Prometheus', async () => {
  const { status, body, headers } = await call('/metrics')
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(body).toContain('auth_refresh_reuse_detected_total 0')
})

test.each(['/', '//', '/healthz/', '/HEALTHZ', '/../healthz', '/%68ealthz', '/oauth2/jwks', '/admin', '*'])(
  'A-906 nothing else is there: %s',
  async (path) => {
    expect(await call(path)).toMatchObject({ status: 404 })
  },
)

test('it is only for reading', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await call('/healthz', method)
    expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD'])
  }
  expect(await call('/healthz', 'HEAD')).toMatchObject({ status: 200, body: '' })
})

test('a metric that can not be read is an answer, not a crash', async () => {
  const metrics = { contentType: 'text/plain', text: () => Promise.reject(new Error('inside')) }
  const broken = await startManagement({ host: '127.0.0.1', port: 0, health, metrics })
  const response = await fetch(`http://127.0.0.1:${broken.port}/metrics`)
  expect([response.status, await response.text()]).toEqual([500, 'internal error\n'])
  await broken.close()
})

test('a port that is taken is told to the caller', async () => {
  const metrics = createMetrics({ nodeDefaults: false })
  const second = startManagement({ host: '127.0.0.1', port: management.port, health, metrics })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
