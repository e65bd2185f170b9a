/** Requests to the server and to APIs: with proofs, each server's nonce, and an end to waiting. */
import { prove } from './dpop.ts'
import { GatehouseError, own } from './errors.ts'
import { objectIn } from './json.ts'

export type Body = Readonly<Record<string, unknown>>

export interface Http {
  /** Sends as it is, with the token and a proof; once more where the server asks for its nonce. */
  send(request: Request, key?: CryptoKeyPair, token?: string): Promise<Response>
  /**
   * Asks the server for JSON. Rejects with `unreachable` when there was no answer, or one that says "later" (with
   * `retryAfter`, ms); with the server's own code when it refused.
   */
  ask(url: string, key?: CryptoKeyPair, token?: string, init?: RequestInit): Promise<Body>
}

const TIMEOUT_MS = 10_000

export function createHttp(): Http {
  const nonces: Record<string, string> = {}

  async function send(request: Request, key?: CryptoKeyPair, token?: string): Promise<Response> {
    const { method, url, headers } = request
    if (token) headers.set('authorization', `${key ? 'DPoP' : 'Bearer'} ${token}`)
    if (!key) return fetch(request)
    const { origin } = new URL(url)
    const again = request.clone()
    const nonce = nonces[origin]
    const attempt = async (one: Request): Promise<Response> => {
      one.headers.set('dpop', await prove(key, { method, url, nonce: nonces[origin], token }))
      const response = await fetch(one)
      const next = response.headers.get('dpop-nonce')
      if (next) nonces[origin] = next
      return response
    }
    const response = await attempt(request)
    return nonces[origin] !== nonce && (await asksForNonce(response)) ? attempt(again) : response
  }

  return {
    send,
    async ask(url, key, token, init) {
      let response: Response
      let text: string
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS)
        response = await send(new Request(url, { cache: 'no-store', ...init, signal }), key, token)
        text = await response.text()
      } catch (cause) {
        throw own('unreachable', { cause })
      }
      const { status, headers } = response
      // The server, or what stands before it, does not work at present: nothing is said of the request.
      if (status > 501 && status < 505)
        throw own('unreachable', { retryAfter: 1000 * Number(headers.get('retry-after')) })
      const body = objectIn(text)
      if (response.ok) return body
      const { code = status, error = code, title = error, error_description: why = title } = body
      throw new GatehouseError(String(error), String(why), body)
    },
  }
}

/** RFC 9449 §8 (400, at the server) and §9 (401, at an API). */
async function asksForNonce(response: Response): Promise<boolean> {
  const said =
    response.status === 400 ? await response.clone().text() : response.headers.get('www-authenticate')
  return /use_dpop_nonce/.test(said ?? '')
}
