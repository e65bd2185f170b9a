/**
 * Why the server can't be told to send anything to an address, or undefined when it can: what holds everywhere. Where it
 * may lead to is a matter of the installation (`outbound-url.ts`). OpenID Connect Back-Channel Logout 1.0 §2.2.
 */
export function receiverUriProblem(uri: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(uri)) return 'must be printable ASCII without spaces'
  if (uri.includes('#')) return 'must have no fragment (#…)'
  if (!URL.canParse(uri)) return 'is not an absolute URI'
  const { protocol, username, password } = new URL(uri)
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be an http or https URL'
  return username === '' && password === '' ? undefined : 'must have no user information'
}
