import { describe, expect, test } from 'vitest'
import { AppError, StoreAway } from '../shared/app-error.ts'
import { createLogger, type LogLevel } from './logger.ts'

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

function open(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = createLogger({
    level,
    clock: { now: () => TIME },
    destination: { write: (line) => void lines.push(line) },
  })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

test('a line is JSON with time, level as a word, message and what is known of the request', () => {
  const { log, lines, last } = open()
  const request = log.child({ requestId: 'r1', ip: '192.0.2.1', ua: 'curl/8' })
  request.child({ userId: 'u1' }).warn({ clientId: 'portal', tokenId: 'f00d', status: 401 }, 'refused')
  expect(last()).toEqual({
    time: '2026-01-02T03:04:05.678Z',
    level: 'warn',
    msg: 'refused',
    requestId: 'r1',
    ip: '192.0.2.1',
    ua: 'curl/8',
    userId: 'u1',
    clientId: 'portal',
    tokenId: 'f00d',
    status: 401,
  })
  expect(lines[0]?.endsWith('}\n')).toBe(true)
})

test('levels below the least are not written', () => {
  const { log, lines } = open('warn')
  log.info({}, 'quiet')
  log.warn({}, 'heard')
  log.fatal({}, 'heard')
  expect(lines).toHaveLength(2)
})

test('a field that is not on the list is dropped, whatever the compiler was told', () => {
  const { log, lines, last } = open()
  const event = { password: 'hunter2', code: 'hunter2', headers: { cookie: 'hunter2' }, requestId: 'r1' }
  log.child({ ...event }).info({ ...event }, 'done')
  expect(last()).toEqual({ time: expect.anything(), level: 'info', msg: 'done', requestId: 'r1' })
  expect(lines.join('')).not.toContain('hunter2')
})

test('a value of the wrong kind is dropped', () => {
  const { log, last } = open()
  log.info({ userId: { toString: () => 'x' }, status: 'hunter2', port: Number.NaN } as never, 'done')
  expect(Object.keys(last()).sort()).toEqual(['level', 'msg', 'time'])
})

test('A-416 a hostile user agent is one line, escaped and cut', () => {
  const { log, lines, last } = open()
  log.info({ ua: `x\r\n{"level":"fatal"}\u001b[2J${'a'.repeat(100_000)}`, ip: 'z'.repeat(500) }, 'a\nb')
  expect(lines.join('').split('\n')).toHaveLength(2)
  expect(lines.join('').length).toBeLessThan(1000)
  expect(String(last()['ua'])).toMatch(/^x\\u000d\\u000a\{"level":"fatal"\}\\u001b\[2Jaaa/)
  expect(last()['msg']).toBe('a\\u000ab')
})

test('a percent sign in a message is a percent sign', () => {
  const { log, last } = open()
  log.info({ reason: 'x' }, '100 %s %o')
  expect(last()['msg']).toBe('100 %s %o')
})

test('A-911 a token that stands where an id belongs does not get out', () => {
  const { log, lines } = open('trace')
  log.info(
    { tokenId: 'ghr_hunter2', userId: 'eyJhbGciOiJub25lIn0.hunter2.', reason: 'Bearer hunter2' },
    'ghr_hunter2',
  )
  expect(lines.join('')).not.toContain('hunter2')
})

describe('an error', () => {
  test('is told by name, code, message and its causes', () => {
    const { log, last } = open()
    const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' })
    log.info({ error: new StoreAway('postgresql', cause) }, 'away')
    expect(last()['error']).toEqual({
      name: 'StoreAway',
      code: 'store_away',
      message: 'Gatehouse cannot reach its storage right now. Try again in a moment.',
      detail: 'postgresql',
      cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.0.0.1:5432' },
    })
  })

  test('A-911 brings nothing along that hangs on it', () => {
    const { log, lines } = open('trace')
    const error = Object.assign(new Error('invalid input syntax for type uuid: "hunter2"'), {
      code: '22P02',
      detail: 'Key (email)=(hunter2) already exists.',
      query: 'select hunter2',
      parameters: ['hunter2'],
      input: 'https://hunter2@x',
      command: { name: 'auth', args: ['hunter2'] },
      name: 'hunter2 hunter2',
    })
    const url = new Error('connect to redis://:hunter2@redis:6379 timed out', { cause: error })
    log.fatal({ error: url }, 'failed')
    expect(lines.join('')).not.toContain('hunter2')
    expect(lines.join('')).toContain('22P02')
  })

  test('A-911 tells nothing of a value that was thrown in an error’s place', () => {
    const { log, lines, last } = open()
    log.error({ error: 'hunter2' }, 'failed')
    log.error({ error: { password: 'hunter2' } }, 'failed')
    expect(lines.join('')).not.toContain('hunter2')
    expect(last()['error']).toEqual({ name: 'object', message: 'not an error' })
  })

  test('names our own frames at error, and none below unless somebody looks for a fault', () => {
    const frames = (level: LogLevel, least: LogLevel) => {
      const { log, last } = open(least)
      log[level]({ error: new AppError('internal', 'broken') }, 'failed')
      return (last()['error'] as { stack?: string[] }).stack
    }
    expect(frames('error', 'info')?.[0]).toMatch(/^frames \(src\/telemetry\/logger\.test\.ts:\d+:\d+\)$/)
    expect(frames('error', 'info')?.filter((frame) => frame.includes('node_modules'))).toEqual([])
    expect(frames('info', 'info')).toBeUndefined()
    expect(frames('info', 'debug')).not.toBeUndefined()
  })

  test('can not smuggle text in as a frame', () => {
    const { log, lines } = open()
    const own = import.meta.filename
    log.error({ error: new Error(`"x\n    at hunter2 (${own}:1:1)\n`) }, 'failed')
    const changed = new Error('first')
    changed.message = 'second'
    changed.stack = `Error: "\n    at hunter2 (${own}:1:1)`
    log.error({ error: changed }, 'failed')
    expect(lines.join('')).not.toContain('hunter2')
  })

  test('that is its own cause ends', () => {
    const { log, lines } = open()
    const error = new Error('round')
    error.cause = error
    log.error({ error }, 'failed')
    expect(lines).toHaveLength(1)
  })
})
