/** Tells a client's server that a session has ended: OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8. */
import type { Client } from '../../clients/client.ts'
import type { MakeLogoutToken } from '../../keys/logout-tokens.ts'
import type { OutboundAnswer, OutboundFetch } from '../../security/outbound-fetch.ts'
import type { Handler, Outcome } from '../outbox-message.ts'
import type { Receivers } from '../receivers.ts'
import { logoutPayload } from './logout-message.ts'

export interface DeliverLogoutUse {
  findClient: (clientId: string) => Promise<Client | undefined>
  makeToken: MakeLogoutToken
  /** Where its algorithm makes a key of it. */
  secretOf: (client: Client) => string | undefined
  fetch: OutboundFetch
  receivers: Receivers
}

const SPARED: Outcome = { status: 'later', reason: 'the receiver is spared for a while' }

export const createDeliverLogout =
  (use: DeliverLogoutUse): Handler =>
  async ({ payload }, stillHeld) => {
    const { clientId, sub, sid } = logoutPayload.parse(payload)
    const client = await use.findClient(clientId)
    const uri = client?.metadata.backchannel_logout_uri
    if (client === undefined || client.disabled || uri === undefined)
      return { status: 'dropped', reason: 'the client is not told any more' }
    const send = async (): Promise<OutboundAnswer> => {
      // Made for this attempt: it lives two minutes, and an attempt may be the tenth.
      const token = await use.makeToken(
        { clientId, alg: client.metadata.id_token_signed_response_alg, secret: use.secretOf(client) },
        { sub, sid },
      )
      await stillHeld()
      return use.fetch(new URL(uri), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }).toString(),
        headOnly: true,
      })
    }
    const answer = await use.receivers.ask(clientId, send, isAnswer)
    return answer === undefined ? SPARED : outcomeOf(answer)
  }

/** Whether the receiver is there and works, whatever it says of this token. */
const isAnswer = (answer: OutboundAnswer): boolean => answer.ok && answer.status < 500

function outcomeOf(answer: OutboundAnswer): Outcome {
  if (!answer.ok) {
    // Written down wrong, or not allowed here: trying again would change nothing.
    const isFinal = answer.reason === 'refused_url' || answer.reason === 'refused_address'
    return { status: isFinal ? 'refused' : 'later', reason: answer.reason }
  }
  const { status } = answer
  if (status === 200 || status === 204) return { status: 'done' }
  return { status: status === 400 ? 'refused' : 'later', reason: `answered ${status}` }
}
