/**
 * What follows from what has ended: the servers of the clients that took part in a session are to be told, and resource
 * servers may ask which sessions their tokens must not be taken from any more. May be done twice.
 */
import type { Ending } from '../../adapters/contract.ts'
import { CATALOGUE, type EventType } from '../audit/catalogue.ts'
import { readEvent } from '../audit/event.ts'
import type { Client } from '../clients/client.ts'
import { logoutMessage } from './back-channel-logout/logout-message.ts'
import { partsIn } from './back-channel-logout/parts.ts'
import type { EndedSidsRepository } from './ended-sids-repository.ts'
import type { OutboxRepository } from './outbox-repository.ts'
import { isStorable } from './storable.ts'

export interface TakeEndingsUse {
  outbox: Pick<OutboxRepository, 'add'>
  endedSids: Pick<EndedSidsRepository, 'add'>
  findClient: (clientId: string) => Promise<Client | undefined>
  /** What a client's tokens are for by now, though its grants may be older than that. */
  resourceNowOf: (clientId: string) => Promise<string | undefined>
}

/** What ends a client's tokens, and not a person's session. Of every other event the clients are told. */
const ENDS_TOKENS_ONLY: ReadonlySet<EventType> = new Set([
  'client.tokens_revoked',
  'code.replayed',
  'grant.revoked',
  'token.reuse_detected',
])

export const takeEndings =
  ({ outbox, endedSids, findClient, resourceNowOf }: TakeEndingsUse) =>
  async (endings: readonly Ending[], now: number): Promise<void> => {
    const receives = once(async (clientId: string) => {
      const client = await findClient(clientId)
      return client?.metadata.backchannel_logout_uri !== undefined && !client.disabled
    })
    const resourceNow = once(resourceNowOf)
    for (const ending of endings) {
      const event = readEvent(ending.event)
      if (event === undefined || !CATALOGUE[event.type].ofState) continue
      if (ending.kind === 'grant')
        await endedSids.add(sidsIn(ending.grant, await resourceNow(ending.grant.client)), event.time)
      if (ENDS_TOKENS_ONLY.has(event.type)) continue
      for (const part of partsIn(ending))
        if (await receives(part.clientId)) await outbox.add(logoutMessage(part, now))
    }
  }

/** One question for each name. */
function once<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>()
  return (name) => {
    const answer = asked.get(name) ?? ask(name)
    asked.set(name, answer)
    return answer
  }
}

/** By resource: whoever was granted none there has no token for it. */
function sidsIn(
  { content, code: { sid } }: Extract<Ending, { kind: 'grant' }>['grant'],
  now: string | undefined,
) {
  const { resources } = content
  if (!isStorable(sid)) return []
  const granted = typeof resources === 'object' && resources !== null ? Object.keys(resources) : []
  const all = new Set(now === undefined ? granted : [...granted, now])
  return [...all].filter(isStorable).map((resource) => ({ resource, sid }))
}
