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

export interface TakeEndingsUse {
  outbox: Pick<OutboxRepository, 'add'>
  endedSids: Pick<EndedSidsRepository, 'add'>
  findClient: (clientId: string) => Promise<Client | undefined>
}

/** By which a person is signed out. A client that gives back its own tokens goes on to take part. */
const SIGNS_OUT: ReadonlySet<EventType> = new Set([
  'session.ended',
  'session.revoked',
  'device.revoked',
  'user.tokens_revoked',
  'organization.tokens_revoked',
])

export const takeEndings =
  ({ outbox, endedSids, findClient }: TakeEndingsUse) =>
  async (endings: readonly Ending[], now: number): Promise<void> => {
    const receives = once(async (clientId: string) => {
      const client = await findClient(clientId)
      return client?.metadata.backchannel_logout_uri !== undefined && !client.disabled
    })
    for (const ending of endings) {
      const event = readEvent(ending.event)
      if (event === undefined || !CATALOGUE[event.type].ofState) continue
      if (ending.kind === 'grant') await endedSids.add(sidsIn(ending.grant), event.time)
      if (!SIGNS_OUT.has(event.type)) continue
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
function sidsIn({ content, code: { sid } }: Extract<Ending, { kind: 'grant' }>['grant']) {
  const { resources } = content
  if (typeof sid !== 'string' || typeof resources !== 'object' || resources === null) return []
  return Object.keys(resources).map((resource) => ({ resource, sid }))
}
