import { z } from 'zod'
import { isLoopbackHost } from './issuer.ts'

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  return text === origin && (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname)))
}

/** Origins as browsers write them in `Origin` (RFC 6454 §6.2), separated by commas; `off`: none. */
export const origins = z.string().transform((text, context): readonly string[] => {
  if (text === 'off') return []
  const given = text.split(',').map((part) => part.trim())
  const wrong = given.find((origin) => !isOrigin(origin))
  if (wrong === undefined) return given
  context.addIssue('must be off, or https origins as browsers write them (no path, no slash at the end)')
  return z.NEVER
})

const DOMAIN = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)+$/

/** A cookie's `Domain` (RFC 6265 §5.2.3), without the leading dot. */
export const cookieDomain = z
  .string()
  .refine(
    (text) => DOMAIN.test(text) && !/^[\d.]+$/.test(text),
    'must be a domain in lower case with at least one dot inside, such as example.com',
  )
