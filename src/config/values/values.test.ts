import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { brandName, color, webPage } from './brand.ts'
import { duration, readDuration } from './duration.ts'
import { isLoopbackHost, issuer } from './issuer.ts'
import { mailbox, smtpServer } from './mail.ts'
import { cookieDomain, origins } from './origins.ts'
import { passwordCost } from './password-cost.ts'
import { listenHost, storeUrl } from './plain.ts'
import { rateLimit, rateLimitOrOff } from './rate-limit.ts'
import { trustProxy } from './trust-proxy.ts'

const takes = (schema: z.ZodType, text: string) => schema.safeParse(text).success

describe('a duration', () => {
  test.each([
    ['0', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
  ])('%s is %d ms', (text, value) => {
    expect(readDuration(text)).toBe(value)
  })

  test.each(['', '15', '-1s', '1.5h', '1 h', '1H', '1w', '1h30m', 's', '1constructor', '9999999999s', '١s'])(
    'is not %j',
    (text) => {
      expect(readDuration(text)).toBeUndefined()
    },
  )

  test('keeps its bounds, both included, and whole seconds', () => {
    const schema = duration('1s', '15m')
    expect(['1s', '15m', '2000ms'].filter((text) => !takes(schema, text))).toEqual([])
    expect(['0', '999ms', '1500ms', '901s'].filter((text) => takes(schema, text))).toEqual([])
  })
})

describe('a brand', () => {
  test('has a name that is seen whole', () => {
    expect(['A', 'Alder & Finch', '{{7*7}}', 'ألدر'].filter((text) => !takes(brandName, text))).toEqual([])
    const odd = ['', ' A', 'A\n', 'A\u202eB', 'A\u200b', 'A\u00a0B', 'x'.repeat(41)]
    expect(odd.filter((text) => takes(brandName, text))).toEqual([])
  })

  test('A-811 has a colour and links that are nothing else', () => {
    expect(color.parse('#7A1F3D')).toBe('#7a1f3d')
    const colors = ['red', '#fff', '#7a1f3', '#7a1f3d;}body{', 'red;}body{', 'url(https://x.example)']
    expect(colors.filter((text) => takes(color, text))).toEqual([])
    expect(takes(webPage, 'https://a.example/b?c#d') && takes(webPage, 'mailto:a@b.example')).toBe(true)
    const links = [
      'javascript:alert(1)',
      'http://a.example',
      'data:text/html,x',
      '//a.example',
      '/a',
      'https://a:b@c.example',
    ]
    expect(links.filter((text) => takes(webPage, text))).toEqual([])
  })
})

describe('a rate limit', () => {
  test('is a count and the time that it is for', () => {
    expect(rateLimit.parse('10/15m')).toEqual({ count: 10, windowMs: 900_000 })
    expect(rateLimitOrOff.parse('100000/1d')).toEqual({ count: 100_000, windowMs: 86_400_000 })
    expect(rateLimitOrOff.parse('off')).toBe('off')
  })

  test.each(['', 'off', '10', '10/', '/15m', '0/15m', '-1/15m', '1.5/15m', '100001/15m'])(
    'is not %j',
    (text) => {
      expect(takes(rateLimit, text)).toBe(false)
    },
  )

  test.each([
    '10/0',
    '10/500ms',
    '10/1500ms',
    '10/25h',
    '10/15',
    '10/15m/1',
    '10 / 15m',
    '10/15M',
    'OFF',
    'false',
  ])('is not %j, nor is that off', (text) => {
    expect(takes(rateLimitOrOff, text)).toBe(false)
  })

  test('is refused with what would be right', () => {
    const { error } = rateLimitOrOff.safeParse('10 per minute')
    expect(error?.issues[0]?.message).toBe(
      'must be off, or a count from 1 to 100000 and a duration from 1s to 1d in whole seconds, such as 10/15m',
    )
  })
})

describe('an issuer', () => {
  test.each([
    'https://id.example.com',
    'https://id.example.com:8443',
    'http://localhost:3000',
    'http://[::1]:3000',
  ])('may be %s', (text) => {
    expect(issuer.parse(text)).toBe(text)
  })

  test.each([
    'id.example.com',
    'https://id.example.com/',
    'https://id.example.com/tenant',
    'https://id.example.com?',
    'https://id.example.com#',
    'https://id.example.com?x=1',
    'https://u@id.example.com',
    'https://u:p@id.example.com',
    'https://ID.example.com',
    'https://id.example.com:443',
    'https://bücher.example',
    'https:/id.example.com',
    'https:\\\\id.example.com',
    ' https://id.example.com',
    'ftp://id.example.com',
    'urn:gatehouse',
    'https://',
  ])('is not %s', (text) => {
    expect(takes(issuer, text)).toBe(false)
  })
})

test('a loopback name is one that never leaves the machine', () => {
  const inside = ['localhost', 'a.localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '127.8.9.10', '[::1]']
  const outside = ['localhost.example.com', 'notlocalhost', '128.0.0.1', '127.0.0.1.example.com', '[::2]', '']
  expect(inside.filter((host) => !isLoopbackHost(host))).toEqual([])
  expect(outside.filter(isLoopbackHost)).toEqual([])
})

test('a password cost is one that argon2 can do', () => {
  expect(passwordCost.parse('m=65536,t=3,p=4')).toEqual({ memoryKiB: 65_536, passes: 3, parallelism: 4 })
  const wrong = [
    '',
    'm=19456',
    'm=19456,t=2',
    't=2,m=19456,p=1',
    'm=7,t=1,p=1',
    'm=64,t=0,p=1',
    'm=64,t=1,p=0',
  ]
  expect(
    [...wrong, 'm=9999999,t=1,p=1', 'm=65536,t=1,p=17'].filter((text) => takes(passwordCost, text)),
  ).toEqual([])
})

test('proxies are trusted by count or by network, never all of them', () => {
  expect(['false', '0', '2', '10.0.0.0/8, ::1'].map((text) => trustProxy.parse(text))).toEqual([
    false,
    false,
    2,
    ['10.0.0.0/8', '::1'],
  ])
  const wrong = [
    'true',
    '*',
    '10',
    '-1',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/8/8',
  ]
  expect(
    [...wrong, '10.0.0.0/', 'fe80::1%eth0', '10.0.0.0/8,', 'proxy'].filter((text) => takes(trustProxy, text)),
  ).toEqual([])
})

test('origins are written as browsers send them', () => {
  expect(origins.parse('https://a.example, http://localhost:3000')).toEqual([
    'https://a.example',
    'http://localhost:3000',
  ])
  expect(origins.parse('off')).toEqual([])
  const wrong = [
    '*',
    'null',
    'a.example',
    'https://a.example/',
    'https://A.example',
    'https://a.example:443',
    'http://a.example',
    'https://a.example,',
  ]
  expect(wrong.filter((text) => takes(origins, text))).toEqual([])
})

test('a cookie’s domain has a dot inside, and is none of the internet’s own', () => {
  expect(['example.com', 'a.b-c.example'].filter((text) => !takes(cookieDomain, text))).toEqual([])
  const wrong = ['com', 'localhost', '.example.com', 'Example.com', '10.0.0.1', 'a..b', 'a.example; Path=/']
  expect(wrong.filter((text) => takes(cookieDomain, text))).toEqual([])
})

test('a listener’s host is an address or a name', () => {
  expect(['0.0.0.0', '::', 'localhost', 'a-b.example'].filter((text) => !takes(listenHost, text))).toEqual([])
  const wrong = ['256.0.0.1', '1.2.3', '[::1]', 'localhost:3000', 'http://x', '-a', 'a..b', '']
  expect(wrong.filter((text) => takes(listenHost, text))).toEqual([])
})

test('a store’s URL has one of its schemes', () => {
  const schema = storeUrl('postgresql', 'postgres')
  const right = ['postgres://u:p%40@db/x', 'postgresql:///x?host=/run/postgresql']
  expect(right.filter((text) => !takes(schema, text))).toEqual([])
  expect(
    ['http://db/x', 'db:5432', 'postgres://u:p@ss:w#rd@db:x/y'].filter((text) => takes(schema, text)),
  ).toEqual([])
})

describe('a mail server', () => {
  test.each([
    ['smtp://mail.internal', { host: 'mail.internal', port: 587, secure: false }],
    ['smtps://mail.internal/', { host: 'mail.internal', port: 465, secure: true }],
    ['smtp://127.0.0.1:25', { host: '127.0.0.1', port: 25, secure: false }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525, secure: false }],
    [
      'smtps://ada%40x:p%2F%40ss@mail.internal:1465',
      { host: 'mail.internal', port: 1465, secure: true, auth: { user: 'ada@x', pass: 'p/@ss' } },
    ],
  ])('is %s', (text, server) => {
    expect(smtpServer.parse(text)).toEqual(server)
  })

  test.each([
    'mail.internal',
    'http://mail.internal',
    'smtp://',
    'smtp://mail.internal?ignoreTLS=true',
    'smtp://mail.internal#x',
    'smtp://mail.internal/path',
    'smtp://ada@mail.internal',
    'smtp://ada:%zz@mail.internal',
    'smtp://ma il',
  ])('is not %s', (text) => {
    expect(takes(smtpServer, text)).toBe(false)
  })
})

describe('a sender', () => {
  test.each([
    ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
    ['Gatehouse <no-reply@example.com>', { name: 'Gatehouse', address: 'no-reply@example.com' }],
    ['"Ada, Inc." <a@b.example>', { name: 'Ada, Inc.', address: 'a@b.example' }],
    ['<a@localhost>', { name: '', address: 'a@localhost' }],
  ])('is %s', (text, sender) => {
    expect(mailbox.parse(text)).toEqual(sender)
  })

  test.each(['', 'Ada', 'a@', '@b', 'a@b, c@d', 'Ada <a@b> <c@d>', 'A\r\nBcc: x@y <a@b>', 'a b@c', 'a@b\n'])(
    'is not %j',
    (text) => {
      expect(takes(mailbox, text)).toBe(false)
    },
  )
})
