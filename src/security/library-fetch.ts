import type { OutboundFetch } from './outbound-fetch.ts'

/** As long as `oidc-provider` waits by itself: somebody's request hangs on it. */
const WITHIN_MS = 2500

/**
 * A `fetch` for libraries that make requests of their own, by our way out: a guard of theirs is left behind with it. What
 * can't be had is what `fetch` has for it, a TypeError.
 */
export const createLibraryFetch =
  (outboundFetch: OutboundFetch): typeof globalThis.fetch =>
  async (input, { method, headers, body } = {}) => {
    const answer = await outboundFetch(new URL(input instanceof Request ? input.url : input), {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries([...new Headers(headers)].filter(([, value]) => value !== '')),
      ...(body !== null && body !== undefined && { body: String(body) }),
      withinMs: WITHIN_MS,
    })
    if (!answer.ok) throw new TypeError(`outgoing request: ${answer.reason}`, { cause: answer.cause })
    const { status } = answer
    const isEmpty = status === 204 || status === 205 || status === 304
    return new Response(isEmpty ? null : new Uint8Array(answer.body), {
      status,
      headers: fieldsOf(answer.headers),
    })
  }

const fieldsOf = (headers: NodeJS.Dict<string | string[]>): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
