import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createNotNow } from './not-now-cookie.ts'

const keys = () => [{ key: Buffer.alloc(32, 1) }]
const notNow = createNotNow('passkey', { keys, issuer: 'http://localhost:3000' })

function said(subs: readonly string[], by = notNow): { cookie: string; attributes: string } {
  let cookie = ''
  let attributes = ''
  for (const sub of subs) {
    const res = new ServerResponse(new IncomingMessage(new Socket()))
    by.note(res, cookie, sub)
    ;[cookie = '', attributes = ''] = String(res.getHeader('set-cookie')).split(/; (.*)/s)
  }
  return { cookie, attributes }
}

describe('“not now”', () => {
  it('is known of who said it in this browser, and of nobody else', () => {
    const { cookie } = said(['ada', 'bob'])
    expect(['ada', 'bob', 'cy'].map((sub) => notNow.was(cookie, sub))).toEqual([true, true, false])
    expect([notNow.was(undefined, 'ada'), cookie.includes('ada')]).toEqual([false, false])
  })

  it('is kept for 90 days, of eight people at most', () => {
    const people = [...'abcdefghi']
    const { cookie, attributes } = said(people)
    expect(attributes).toBe('Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax')
    expect(people.map((sub) => notNow.was(cookie, sub))).toEqual([false, ...Array(8).fill(true)])
  })

  it('is of this host alone where there is https, and of one question', () => {
    const secure = createNotNow('passkey', { keys, issuer: 'https://id.example' })
    expect(said(['ada'], secure).cookie).toMatch(/^__Host-gh_not_now_passkey=[\w-]{16}$/)
    const { cookie } = said(['ada'], createNotNow('other', { keys, issuer: 'http://localhost:3000' }))
    expect(notNow.was(cookie.replace('_other', '_passkey'), 'ada')).toBe(false)
  })

  it('is nothing in a cookie that can’t be read, and lasts while its key does', () => {
    const { cookie } = said(['ada'])
    for (const changed of [
      `${cookie}; ${cookie}`,
      cookie.slice(0, -1),
      `${cookie}!`,
      `${cookie}${'a'.repeat(200)}`,
    ])
      expect(notNow.was(changed, 'ada')).toBe(false)
    const newer = { keys: () => [{ key: Buffer.alloc(32, 2) }, ...keys()], issuer: 'http://localhost:3000' }
    expect(createNotNow('passkey', newer).was(cookie, 'ada')).toBe(true)
  })
})
