/**
 * The first guard of every request that changes something: did a page of ours send it? Browsers say so
 * themselves in `Sec-Fetch-Site` (Fetch Metadata), which no page can forge; older ones only in `Origin` (RFC
 * 6454). Tokens in forms come on top (`csrf.ts`); this also holds where there is none yet, against signing
 * somebody in as the attacker (login CSRF).
 */
import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../shared/app-error.ts'

export type OriginRefusal =
  /** Another site's page, or a sibling host's. */
  | 'cross_site'
  /** `Origin` names another origin: a page that was rebound to our address, say. */
  | 'foreign_origin'
  /** `Origin: null`: a sandboxed frame, a `data:` page, a chain of redirects. */
  | 'opaque_origin'
  /** Neither header: not a browser of this decade. */
  | 'no_origin'

/** Why a request is refused, or undefined when it may pass. `nonBrowser`: a program may ask too. */
export function refuseForeignOrigin(
  headers: IncomingHttpHeaders,
  issuerOrigin: string,
  options: { nonBrowser?: boolean } = {},
): OriginRefusal | undefined {
  const site = headers['sec-fetch-site']
  const origin = headers.origin
  if (site !== undefined && !isOwnSite(site, headers['sec-fetch-mode'])) return 'cross_site'
  if (origin === 'null') return site === 'same-origin' ? undefined : 'opaque_origin'
  if (origin !== undefined) return origin === issuerOrigin ? undefined : 'foreign_origin'
  return site !== undefined || options.nonBrowser === true ? undefined : 'no_origin'
}

/** Rejects the form of another site's page. */
export function admitOwnForm(headers: IncomingHttpHeaders, issuerOrigin: string): void {
  const detail = refuseForeignOrigin(headers, issuerOrigin)
  if (detail !== undefined) throw new AppError('forbidden', 'This form came from another site.', { detail })
}

/** `none`: the person's own doing, a bookmark or a reloaded form; only navigations can be that. */
const isOwnSite = (site: string | string[], mode: string | string[] | undefined): boolean =>
  site === 'same-origin' || (site === 'none' && mode === 'navigate')
