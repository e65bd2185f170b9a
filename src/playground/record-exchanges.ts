import type { CustomFetch } from 'openid-client'

/** One request and its answer, in the shape that the page shows; scripts in the browser record the same. */
export interface Exchange {
  request: {
    method: string
    url: string
    headers: Record<string, string>
    body?: string
    /** The client whose secret went along, hidden here. */
    secretOf?: string
  }
  response: { status: number; headers: Record<string, string>; body: string }
}

/** Fetches, and adds what went over the wire to `exchanges`. */
export function recordExchanges(exchanges: Exchange[], clientId: string): CustomFetch {
  return async (url, options) => {
    const response = await fetch(url, options as RequestInit)
    const { authorization, ...headers } = options.headers
    exchanges.push({
      request: {
        method: options.method,
        url,
        // The secret is what this side of the playground is for: it stays here.
        headers: authorization === undefined ? headers : { authorization: 'Basic …', ...headers },
        ...(authorization === undefined ? {} : { secretOf: clientId }),
        ...(options.body === undefined || options.body === null ? {} : { body: String(options.body) }),
      },
      response: {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.clone().text(),
      },
    })
    return response
  }
}
