/**
 * Which addresses may become a link, a form's target or a picture. Whatever is refused is left out of the page;
 * the sentence around it stands without.
 */
export interface Links {
  /** Our own origin: path, query and fragment of it. `//elsewhere` and `/\elsewhere` are not ours. */
  own(href: string | undefined): string | undefined
  /** An absolute address of somebody else: `https:` and `mailto:`; `http:` to this very machine in development. */
  outside(href: string | undefined): string | undefined
}

export function createLinks(use: { issuer: string; production: boolean }): Links {
  const home = new URL(use.issuer)
  return {
    own: (href) => {
      const url = href === undefined ? null : URL.parse(href, home.href)
      // A `blob:` URL has an origin too, and `/.//elsewhere` becomes the path `//elsewhere`.
      const ours = url?.origin === home.origin && url.protocol === home.protocol
      return ours && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}${url.hash}` : undefined
    },
    outside: (href) => {
      const url = href === undefined ? null : URL.parse(href)
      if (!url) return undefined
      if (url.protocol === 'https:' || url.protocol === 'mailto:') return url.href
      return !use.production && url.protocol === 'http:' && isLoopback(url.hostname) ? url.href : undefined
    },
  }
}

const isLoopback = (hostname: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/**
 * The host that a redirect URI leads to, in ASCII, so that a look-alike shows as `xn--…`; for an app's own scheme
 * (RFC 8252 §7.1) that scheme. Never cut: the end of a host name is what tells whose it is.
 */
export function destination(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  if (!url) return ''
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.host : url.protocol
}

/** Where `form_post` may carry a response. The library has matched the address; this keeps script URLs out. */
export function formTarget(action: string): string {
  const protocol = URL.parse(action)?.protocol
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('form_post leads to a web address only')
  return action
}
