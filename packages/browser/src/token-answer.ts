import { own } from './errors.ts'
import type { Body } from './http.ts'
import type { Grant } from './mode.ts'
import type { Stored } from './store.ts'

/** RFC 6749 §5.1. A token that should be bound and is not, is refused: the key would protect nothing. */
export function readGrant(body: Body, stored: Stored): Grant {
  const { access_token: token, token_type: type, expires_in: seconds } = body
  const wanted = stored.key ? 'dpop' : 'bearer'
  if (!token || String(type).toLowerCase() !== wanted || !seconds) throw own('invalid_answer', { type })
  const since = Date.now()
  return { token: String(token), since, expiresAt: since + Number(seconds) * 1000, stored }
}
