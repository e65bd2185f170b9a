import { expect, it } from 'vitest'
import { isEventFilter, takes } from './webhook.ts'

it.each([
  [['*'], ['login.failed', 'webhook.created'], ['token.refreshed']],
  [['login.*'], ['login.failed', 'login.succeeded'], ['logins.failed', 'password.set']],
  [['token.*'], ['token.refreshed', 'token.issued'], ['login.failed']],
  [['user.created', 'token.refreshed'], ['user.created', 'token.refreshed'], ['user.updated']],
  [[], [], ['login.failed']],
])('a filter %j takes what it names', (filter, taken, left) => {
  expect(taken.filter((type) => !takes(filter, type))).toEqual([])
  expect(left.filter((type) => takes(filter, type))).toEqual([])
})

it('what no event could match is no filter', () => {
  expect(['*', 'login.*', 'user.created'].every(isEventFilter)).toBe(true)
  expect(['', 'login', 'logins.*', 'login.succeded', '*.created', '.*'].some(isEventFilter)).toBe(false)
})
