import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy, redirectSource } from './csp.ts'

describe('the content security policy', () => {
  it('A-133 A-823 allows files of our own and nothing else', () => {
    const policy = contentSecurityPolicy()
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("form-action 'self';")
    expect(policy).toContain("object-src 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|data:/)
  })

  it('names what one page needs, each once', () => {
    const policy = contentSecurityPolicy({
      formAction: ['https://portal.example', 'https://portal.example', 'com.example.app:'],
      connect: ['https://api.example:8443'],
      images: ['https://img.example'],
    })
    expect(policy).toContain("form-action 'self' https://portal.example com.example.app:;")
    expect(policy).toContain("connect-src 'self' https://api.example:8443;")
    expect(policy).toContain("img-src 'self' https://img.example;")
  })

  it.each([
    "'unsafe-inline'",
    '*',
    'https://a.example; script-src *',
    'https://a.example, b',
    'https://a.example b',
    'https://a.example/path',
    'https://a.example\r\n',
    '',
  ])('takes no source like %j', (source) => {
    expect(() => contentSecurityPolicy({ formAction: [source] })).toThrow('no source')
  })
})

describe('the source for a redirect', () => {
  it.each([
    ['https://portal.example/cb?x=1', 'https://portal.example'],
    ['https://portal.example:8443/cb', 'https://portal.example:8443'],
    ['http://127.0.0.1:49152/cb', 'http://127.0.0.1:49152'],
    ['http://[::1]:50000/cb', 'http://*:50000'],
    ['com.example.app:/cb', 'com.example.app:'],
  ])('%s is %s', (uri, source) => {
    expect(redirectSource(uri)).toBe(source)
    expect(contentSecurityPolicy({ formAction: [redirectSource(uri)] })).toContain(
      `form-action 'self' ${source};`,
    )
  })
})
