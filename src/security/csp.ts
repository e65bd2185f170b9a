/**
 * The content security policy of a page (CSP Level 3): nothing but files of our own, nothing inline, no frames,
 * no base. What a page needs beyond that it names exactly.
 */
export interface PageSources {
  /** Where the redirects that follow this page's forms lead: browsers apply `form-action` to them too. */
  formAction?: readonly string[]
  /** Where its scripts may send requests. */
  connect?: readonly string[]
  /** Where its pictures may come from. */
  images?: readonly string[]
}

export function contentSecurityPolicy({
  formAction = [],
  connect = [],
  images = [],
}: PageSources = {}): string {
  return [
    "default-src 'none'",
    directive('script-src'),
    directive('style-src'),
    directive('font-src'),
    directive('img-src', images),
    directive('connect-src', connect),
    directive('form-action', formAction),
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** The narrowest source that lets the redirect of this request pass (its own URI: native clients choose ports). */
export function redirectSource(redirectUri: string): string {
  const { protocol, origin, hostname, port } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return protocol
  // CSP has no spelling for an IPv6 address (a native client's `http://[::1]:port`): any host, this port.
  return hostname.startsWith('[') ? `${protocol}//*${port === '' ? '' : `:${port}`}` : origin
}

function directive(name: string, sources: readonly string[] = []): string {
  for (const source of sources)
    if (!SOURCE.test(source)) throw new Error(`${source} is no source for ${name}.`)
  return [name, "'self'", ...new Set(sources)].join(' ')
}

/** A scheme, or a scheme and a host: no keyword, and nothing that could end the directive. */
const SOURCE = /^[a-z][a-z\d+.-]*:(\/\/(\*|[a-z\d.-]+)(:\d+)?)?$/i
