import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type CookieAttributes, readCookie, setCookie } from './cookies.ts'

const strict: CookieAttributes = { path: '/auth/refresh', httpOnly: true, secure: true, sameSite: 'Strict' }
const answer = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))

describe('setting a cookie', () => {
  it('writes it whole, Secure over plain http too', () => {
    const res = answer()
    setCookie(res, 'refresh_token', 'ghr_abc', { ...strict, maxAge: 604_800 })
    expect(res.getHeader('set-cookie')).toEqual(
      'refresh_token=ghr_abc; Path=/auth/refresh; Max-Age=604800; HttpOnly; Secure; SameSite=Strict',
    )
  })

  it('keeps the cookies that were there', () => {
    const res = answer()
    res.setHeader('set-cookie', ['_session=1; path=/'])
    setCookie(res, 'a', '', { ...strict, maxAge: 0, domain: 'example.com' })
    expect(res.getHeader('set-cookie')).toEqual([
      '_session=1; path=/',
      'a=; Path=/auth/refresh; Domain=example.com; Max-Age=0; HttpOnly; Secure; SameSite=Strict',
    ])
  })

  it.each([
    ['a value with a separator', 'a', 'x; Domain=evil.example', strict],
    ['a value with a line end', 'a', 'x\r\nset-cookie: b=1', strict],
    ['a name with a separator', 'a=b', 'x', strict],
    ['no name', '', 'x', strict],
    ['a path with a separator', 'a', 'x', { ...strict, path: '/; Secure' }],
    ['a domain with a line end', 'a', 'x', { ...strict, domain: 'x\n' }],
  ])('refuses %s', (_, name, value, attributes) => {
    expect(() => setCookie(answer(), name, value, attributes)).toThrow('cookie')
  })
})

describe('reading a cookie', () => {
  it.each([
    ['alone', 'a=1', '1'],
    ['among others', 'b=2; a=1; aa=3', '1'],
    ['without spaces', 'b=2;a=1', '1'],
    ['with = inside', 'a=x==', 'x=='],
    ['empty', 'a=', ''],
    ['missing', 'b=2', undefined],
    ['without a header', undefined, undefined],
    ['in another case', 'A=1', undefined],
    ['twice', 'a=1; a=2', undefined],
    ['twice, the same', 'a=1; a=1', undefined],
  ])('%s', (_, header, value) => {
    expect(readCookie(header, 'a')).toBe(value)
  })
})
