/**
 * The fixed security headers (ASVS V3.4). They are set first, before anything can fail, so that error pages and
 * answers of the library carry them too; a later layer may only make them stricter. The content security policy
 * differs from page to page: `csp.ts`.
 */

/** Everything an identity provider never needs is off; passkeys work in our own pages and in no frame. */
const PERMISSIONS = [
  'accelerometer=()',
  'camera=()',
  'display-capture=()',
  'geolocation=()',
  'gyroscope=()',
  'magnetometer=()',
  'microphone=()',
  'midi=()',
  'payment=()',
  'publickey-credentials-create=(self)',
  'publickey-credentials-get=(self)',
  'usb=()',
].join(', ')

const EVERY_ANSWER: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not `no-referrer`: under that a browser sends `Origin: null` with the page's own form.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS,
}

/** Two years, as the preload list wants it; subdomains included (ASVS V3.4.1). */
const HSTS = 'max-age=63072000; includeSubDomains'

/** A page shows what belongs to one person; neither a cache nor the back button may show it to another. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = { 'cache-control': 'no-store' }

export function securityHeaders(options: { https: boolean }): Record<string, string> {
  // Over plain http browsers ignore it (RFC 6797 §8.1), and on localhost it would bind other programs' ports.
  return options.https ? { ...EVERY_ANSWER, 'strict-transport-security': HSTS } : { ...EVERY_ANSWER }
}
