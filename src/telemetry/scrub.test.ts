import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scrub, scrubForeign, visible } from './scrub.ts'

describe('what is visible', () => {
  test('can not forge a line, colour a terminal, turn the text round or hide', () => {
    expect(visible('a\r\nb\u001b[31mc\u202ed\u200be\u2028f\u0085', 100)).toBe(
      'a\\u000d\\u000ab\\u001b[31mc\\u202ed\\u200be\\u2028f\\u0085',
    )
    expect(visible('Zoë 日本 🚪', 100)).toBe('Zoë 日本 🚪')
  })

  test('is cut, at half a letter too', () => {
    expect(visible('a'.repeat(100_000), 5)).toBe('aaaaa…')
    expect(visible('ab🚪', 3)).toBe('ab\ufffd…')
  })
})

describe('any text', () => {
  test.each([
    ['a refresh token', 'got ghr_AAAA-_1', 'got ***'],
    ['a JWT', 'x eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln y', 'x *** y'],
    ['an authorization header', 'Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['a URL’s password', 'at postgres://u:p@ss/w@db:5432/x', 'at postgres://***@db:5432/x'],
    [
      'a URL’s query',
      'GET https://rp.example/cb?code=abc&state=1 failed',
      'GET https://rp.example/cb?*** failed',
    ],
    ['a URL’s fragment', 'https://rp.example/cb#access_token=abc', 'https://rp.example/cb?***'],
    [
      'an assignment',
      'host=db password=hunter2 client_secret: abc',
      'host=db password=*** client_secret: ***',
    ],
  ])('loses %s', (_, text, clean) => {
    expect(scrub(text)).toBe(clean)
  })

  test.each(['base64', 'base64url', 'hex'] as const)('loses every random value in %s', (encoding) => {
    for (let n = 0; n < 500; n++) {
      const secret = randomBytes(32).toString(encoding)
      expect(scrub(`value ${secret}, and (${secret})`)).toBe('value ***, and (***)')
    }
  })

  test.each([
    'Vb3mX9wRkQ2fLs7+eyJz8AbCdEfGhIjKlMnOpQrStUv=',
    'Vb3mX9wRkQ2fLs7-eyJz8AbCdEfGhIjKlMnOpQrStUv',
    'Vb3mX9wRkQ2fLs7ghr_z8AbCdEfGhIjKlMnOpQrStUvW',
  ])('loses all of a value that has the beginning of a token within: %s', (secret) => {
    expect(scrub(`value ${secret}, and (${secret})`)).toBe('value ***, and (***)')
  })

  test('loses a seed in base32', () => {
    expect(scrub('seed JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP.')).toBe('seed ***.')
  })

  test('keeps what people look for', () => {
    for (const text of [
      'connect ECONNREFUSED 10.0.0.1:5432',
      'timeout exceeded when trying to connect',
      'ERR_SOCKET_CONNECTION_TIMEOUT',
      'listening on http://localhost:3000',
      'migration 0004-keys applied',
    ])
      expect(scrub(text)).toBe(text)
  })
})

describe('a message of other people’s code', () => {
  const password = 'correct horse battery staple'

  test('loses what a parser quotes of its input', () => {
    const bodies = [
      `{"password":${password}`,
      `${password}`,
      `{"u":"ada","password":"${password}",}`,
      `'${password}'`,
    ]
    for (const body of bodies) {
      try {
        JSON.parse(body)
      } catch (error) {
        const clean = scrubForeign(String(error))
        for (const word of password.split(' ')) expect(clean).not.toContain(word)
      }
    }
  })

  test.each([
    ['invalid input syntax for type uuid: "hunter2"', 'invalid input syntax for type uuid: "***"'],
    [`unknown command 'hunter2', with args beginning with: 'a' 'b'`, 'unknown command "***"'],
    ['unexpected `hunter2', 'unexpected "***"'],
    ['could not read "hunter2', 'could not read "***"'],
    ['fetch of https://api.example/reset/hunter2 failed', 'fetch of https://api.example/*** failed'],
    ['getaddrinfo ENOTFOUND db.internal', 'getaddrinfo ENOTFOUND db.internal'],
    ["Can’t set headers, and don't try", "Can’t set headers, and don't try"],
  ])('%s', (text, clean) => {
    expect(scrubForeign(text)).toBe(clean)
  })

  test('never holds what stood in quotes, whatever stands around', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ab "\'`:/@?='.split('')), maxLength: 20 })
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        expect(scrubForeign(`${before} "SECRET" ${after}`)).not.toContain('SECRET')
      }),
    )
  })

  test('takes no long time over hostile text', () => {
    const hostile = [
      'a://'.repeat(500),
      "'".repeat(2000),
      'token='.repeat(400),
      'aA'.repeat(1000),
      '?'.repeat(2000),
    ]
    const began = performance.now()
    for (const text of hostile) scrubForeign(text)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
