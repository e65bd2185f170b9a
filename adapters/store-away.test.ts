import { describe, expect, it } from 'vitest'
import { StoreAway } from '../src/shared/app-error.ts'
import { asRedisAway, asStoreAway, within } from './store-away.ts'

const error = (message: string, code?: string) => Object.assign(new Error(message), code && { code })

describe('a failure of PostgreSQL', () => {
  it.each([
    error('connect ECONNREFUSED', 'ECONNREFUSED'),
    error('connect ENOENT /run/gatehouse.sock', 'ENOENT'),
    error('connect EMFILE 127.0.0.1:5432', 'EMFILE'),
    error('terminating connection due to administrator command', '57P01'),
    error('the database system is starting up', '57P03'),
    error('sorry, too many clients already', '53300'),
    error('could not extend file: No space left on device', '53100'),
    error('cannot execute UPDATE in a read-only transaction', '25006'),
    error('canceling statement due to statement timeout', '57014'),
    error('connection failure', '08006'),
    error('Connection terminated unexpectedly'),
    error('timeout exceeded when trying to connect'),
    error('Query read timeout'),
  ])('is the server being away: $message', (cause) => {
    expect(asStoreAway(cause)).toMatchObject({ name: 'StoreAway', detail: 'postgresql', cause })
  })

  it.each([
    error('duplicate key value violates unique constraint', '23505'),
    error('relation "x" does not exist', '42P01'),
    error('could not serialize access', '40001'),
    error('something else'),
    'not an error',
  ])('is passed on as it is: $message', (cause) => {
    expect(asStoreAway(cause)).toBe(cause)
  })

  it('is told once', () => {
    const away = new StoreAway('postgresql')
    expect(asStoreAway(away)).toBe(away)
    expect(asRedisAway(away)).toBe(away)
  })
})

describe('a failure of Redis', () => {
  it.each([
    error('Command timed out'),
    error('Command aborted due to connection close'),
    error('Connection is closed.'),
    error("Stream isn't writeable and enableOfflineQueue options is false"),
    error('Reached the max retries per request limit (which is 0).'),
    error('LOADING Redis is loading the dataset in memory'),
    error("OOM command not allowed when used memory > 'maxmemory'."),
    error("READONLY You can't write against a read only replica."),
    error('ERR max number of clients reached'),
    error('read ECONNRESET', 'ECONNRESET'),
  ])('is the server being away: $message', (cause) => {
    expect(asRedisAway(cause)).toMatchObject({ name: 'StoreAway', detail: 'redis', cause })
  })

  it.each([
    error('WRONGTYPE Operation against a key holding the wrong kind of value'),
    error('ERR user_script:7: attempt to compare nil with number'),
    error('TAKEN a grant has this key already'),
  ])('is passed on as it is: $message', (cause) => {
    expect(asRedisAway(cause)).toBe(cause)
  })
})

describe('a bounded wait', () => {
  it('gives the answer, or the failure, that comes in time', async () => {
    const late = () => new StoreAway('redis')
    expect(await within(60_000, Promise.resolve('answer'), late)).toBe('answer')
    await expect(within(60_000, Promise.reject(error('own')), late)).rejects.toThrow('own')
  })

  it('gives up on one that does not', async () => {
    await expect(within(1, new Promise(() => {}), () => new StoreAway('redis'))).rejects.toThrow(StoreAway)
  })
})
