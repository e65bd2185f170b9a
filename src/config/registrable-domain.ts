/**
 * The only door to `tldts`, which has the public suffix list: below which names anybody can register one (`co.uk`,
 * `github.io`). It is read where it is asked for; most configurations ask nothing of it.
 */
import { createRequire } from 'node:module'

const load = () => createRequire(import.meta.url)('tldts') as typeof import('tldts')

/**
 * The name that somebody has registered and that a host is at or below; undefined where there is none: for an address, a public
 * suffix itself and a name of one label.
 */
export const registrableDomainOf = (host: string): string | undefined =>
  load().getDomain(host, { allowPrivateDomains: true }) ?? undefined
