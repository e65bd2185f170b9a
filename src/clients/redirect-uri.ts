/** Why a redirect URI can't be registered, or undefined when it can. RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1. */
export function redirectUriProblem(uri: string, applicationType: 'web' | 'native'): string | undefined {
  if (/[\s\p{C}]/u.test(uri)) return 'contains spaces or control characters'
  if (uri.includes('*')) return 'wildcards are not possible: name each URI'
  if (uri.includes('#')) return 'must have no fragment (#…)'
  if (!URL.canParse(uri)) return 'is not an absolute URI'
  const url = new URL(uri)
  if (url.username !== '' || url.password !== '') return 'must have no user information'
  if (FORBIDDEN.has(url.protocol)) return `the scheme ${url.protocol} is not possible`
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:') {
    if (isLoopbackHost(url.hostname)) return undefined
    return 'must be https (http only for loopback addresses)'
  }
  if (applicationType === 'web') return 'must be https'
  // RFC 8252 §7.1: a private-use scheme is a domain name reversed, so that two apps don't meet by chance.
  return url.protocol.includes('.')
    ? undefined
    : 'a private-use scheme needs a dot, as in com.example.app:/callback'
}

const FORBIDDEN = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'about:',
  'ws:',
  'wss:',
  'ftp:',
])

export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]' || hostname === '::1'
