import { describe, expect, it } from 'vitest'
import { redirectUriProblem } from './redirect-uri.ts'

describe('a redirect URI at registration', () => {
  it.each([
    ['web', 'https://portal.example/cb'],
    ['web', 'http://localhost:3000/cb'],
    ['native', 'http://127.0.0.1/cb'],
    ['native', 'http://[::1]/cb'],
    ['native', 'com.example.app:/cb'],
  ] as const)('%s client: %s is fine', (type, uri) => {
    expect(redirectUriProblem(uri, type)).toBeUndefined()
  })

  it.each([
    ['web', 'http://portal.example/cb', 'https'],
    ['web', 'https://portal.example/cb#x', 'fragment'],
    ['web', 'https://portal.example/cb#', 'fragment'],
    ['web', 'https://*.portal.example/cb', 'wildcards'],
    ['web', 'https://portal.example/.*', 'wildcards'],
    ['web', 'https://a@portal.example/cb', 'user information'],
    ['web', 'com.example.app:/cb', 'https'],
    ['native', 'myapp:/cb', 'dot'],
    ['native', 'javascript:alert(1)', 'scheme'],
    ['native', 'JavaScript:alert(1)', 'scheme'],
    ['native', '\tjavascript:alert(1)', 'control'],
    ['native', 'data:text/html,x', 'scheme'],
    ['native', 'vbscript:x', 'scheme'],
    ['native', 'file:///etc/passwd', 'scheme'],
    ['native', 'blob:https://x/1', 'scheme'],
    ['native', 'about:blank', 'scheme'],
    ['web', '/cb', 'absolute'],
  ] as const)('%s client: %s is refused (%s)', (type, uri, word) => {
    expect(redirectUriProblem(uri, type)).toContain(word)
  })
})
