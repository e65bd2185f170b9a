import type { Ending, Json, JsonObject } from '../../../adapters/contract.ts'
import { isStorable } from '../storable.ts'
import type { Part } from './logout-message.ts'

/**
 * Who took part in what has ended. The session's record names every client that it was used for; a grant, which may
 * outlive that record, its own.
 */
export function partsIn(ending: Ending): Part[] {
  if (ending.kind === 'grant') {
    const { account, client, code } = ending.grant
    return partOf(client, account, code)
  }
  if (ending.model !== 'Session') return []
  const { accountId, authorizations } = ending.payload
  return Object.entries(isObject(authorizations) ? authorizations : {}).flatMap(([client, part]) =>
    partOf(client, accountId, part),
  )
}

function partOf(clientId: string, sub: Json | undefined, named: Json | undefined): Part[] {
  const sid = isObject(named) ? named['sid'] : undefined
  return isStorable(clientId) && isStorable(sub) && isStorable(sid) ? [{ clientId, sub, sid }] : []
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
