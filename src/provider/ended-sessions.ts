/**
 * Of ended sessions resource servers may ask: a signed access token tells nothing of what happened since it was signed.
 * Who asks now and then, and looks each token's `sid` up in the answer, refuses what introspection would call inactive.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { EndedSid } from '../events/ended-sids-repository.ts'
import { answerClients } from './internals.ts'
import { ENDED_SESSIONS } from './routes.ts'
import { orUnavailable } from './unavailable.ts'

export interface EndedSessionsUse {
  /** The resource servers whose tokens a client may look into. */
  resourcesOf: (clientId: string) => Promise<string[]>
  /** Since they could still have a living token. */
  endedSids: (resources: readonly string[]) => Promise<EndedSid[]>
}

export function tellEndedSessions(provider: Provider, use: EndedSessionsUse): void {
  answerClients(provider, ENDED_SESSIONS, async (ctx) => {
    const sids = await orUnavailable(sidsFor(use, ctx))
    // The second that it ended in is over: what was issued in it may have been issued before.
    const sessions = sids.map(({ sid, endedAt }) => ({ sid, ended_at: Math.ceil(endedAt / 1000) }))
    ctx.body = { sessions }
  })
}

/** As with introspection, nothing for a client that proves nothing. */
async function sidsFor(
  { resourcesOf, endedSids }: EndedSessionsUse,
  { oidc: { client } }: KoaContextWithOIDC,
): Promise<EndedSid[]> {
  if (client === undefined || client.clientAuthMethod === 'none') return []
  return endedSids(await resourcesOf(client.clientId))
}
