/**
 * Cookies by hand (RFC 6265): Koa's helper throws for `Secure` over plain http, where browsers accept it on
 * localhost, and behind a proxy that ends TLS the process itself only ever sees plain http.
 */
import type { ServerResponse } from 'node:http'

export interface CookieAttributes {
  path: string
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict' | 'Lax' | 'None'
  /** Seconds; 0 removes the cookie, absent: until the browser closes. */
  maxAge?: number
  /** Absent: this host only. */
  domain?: string
}

/** Adds to the cookies that others have set on this answer. */
export function setCookie(
  res: ServerResponse,
  name: string,
  value: string,
  attributes: CookieAttributes,
): void {
  res.appendHeader('set-cookie', serializeCookie(name, value, attributes))
}

/** The value as it was sent. A name that occurs twice is nobody's: a sibling host may have planted one of them. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? values[0] : undefined
}

function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, maxAge, httpOnly, secure, sameSite } = attributes
  if (!NAME.test(name) || !VALUE.test(value)) throw new Error(`The cookie ${name} can't be written as it is.`)
  if (!ATTRIBUTE.test(path) || !ATTRIBUTE.test(domain ?? ''))
    throw new Error(`The cookie ${name} has an impossible place.`)
  const parts = [`${name}=${value}`, `Path=${path}`]
  if (domain !== undefined) parts.push(`Domain=${domain}`)
  if (maxAge !== undefined) parts.push(`Max-Age=${Math.trunc(maxAge)}`)
  if (httpOnly) parts.push('HttpOnly')
  if (secure) parts.push('Secure')
  return [...parts, `SameSite=${sameSite}`].join('; ')
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/
const ATTRIBUTE = /^[\x20-\x3a\x3c-\x7e]*$/
