import { z } from 'zod'

function whatIsWrong(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute URL'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an https URL'
  if (url.username !== '' || url.password !== '') return 'must not hold user information'
  if (text === url.origin) return undefined
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || /[?#]/.test(text))
    return 'must be an origin: no path, query or fragment'
  return `must be written exactly as ${url.origin}, because clients compare it letter by letter`
}

/**
 * An issuer identifier (OpenID Connect Core §2, RFC 8414 §2), kept as it was given. Relying parties compare it byte
 * for byte (OpenID Connect Discovery §4.3), so a second spelling of the same origin is refused, not mended.
 */
export const issuer = z.string().superRefine((text, context) => {
  const wrong = whatIsWrong(text)
  if (wrong !== undefined) context.addIssue(wrong)
})

/** Names that never leave the machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). `host` as in `URL.hostname`. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?$/i.test(host)
}
