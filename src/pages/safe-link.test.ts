import { describe, expect, it } from 'vitest'
import { createLinks, destination, formTarget } from './safe-link.ts'

const issuer = 'https://id.example.com'
const links = createLinks({ issuer, production: true })
const hostile = [
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:https://id.example.com/x',
  'file:///etc/passwd',
  'http://app.example/',
  '//evil.example',
  '/\\evil.example',
  '/.//evil.example',
  '',
  'https://',
]

describe('links outside', () => {
  it('are https or mail', () => {
    expect(links.outside('https://app.example/terms?a=1')).toBe('https://app.example/terms?a=1')
    expect(links.outside('mailto:help@app.example')).toBe('mailto:help@app.example')
  })

  it('are left out otherwise', () => {
    for (const href of [...hostile, '/path', undefined]) expect(links.outside(href)).toBeUndefined()
  })

  it('may lead to this machine in development, to no other by http', () => {
    const local = createLinks({ issuer: 'http://localhost:3000', production: false })
    expect(local.outside('http://localhost:8080/x')).toBe('http://localhost:8080/x')
    expect(local.outside('http://[::1]:8080/')).toBe('http://[::1]:8080/')
    expect(local.outside('http://app.example/')).toBeUndefined()
    expect(links.outside('http://localhost:8080/x')).toBeUndefined()
  })
})

describe('links of our own', () => {
  it('are paths of the issuer', () => {
    expect(links.own('/account?tab=1#apps')).toBe('/account?tab=1#apps')
    expect(links.own('https://id.example.com/oauth2/logout')).toBe('/oauth2/logout')
  })

  it('never leave it', () => {
    for (const href of hostile.filter((href) => href !== '')) expect(links.own(href)).toBeUndefined()
  })
})

describe('destination', () => {
  it('is the host in ASCII, so that a look-alike shows', () => {
    expect(destination('https://аpp.example/cb')).toBe('xn--pp-6kc.example')
    expect(destination('https://id.example.com@evil.example/cb')).toBe('evil.example')
    expect(destination('http://127.0.0.1:51004/cb')).toBe('127.0.0.1:51004')
  })

  it('is the scheme of an app without a host', () => {
    expect(destination('com.example.app:/cb')).toBe('com.example.app:')
  })
})

describe('formTarget', () => {
  it('refuses to carry a response into a script', () => {
    expect(formTarget('https://app.example/cb')).toBe('https://app.example/cb')
    expect(() => formTarget('javascript:alert(1)')).toThrow()
  })
})
