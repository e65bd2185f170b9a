import type { AdapterPayload } from 'oidc-provider'
import type { Grant, JsonObject } from '../../adapters/contract.ts'

/** What a grant's record says once for all that belongs to it, and what a look-up knows by itself. */
const SAID_ELSEWHERE = new Set([
  'accountId',
  'clientId',
  'grantId',
  'sessionUid',
  'kind',
  'jti',
  'iat',
  'exp',
  'iiat',
  'rotations',
])

/** A payload of the library without what can be put back: people may have thousands of these in memory. */
export const toStored = (payload: object): JsonObject =>
  Object.fromEntries(
    Object.entries(payload).filter(([name, value]) => !SAID_ELSEWHERE.has(name) && value !== undefined),
  ) as JsonObject

/** A fresh copy, the library may keep and change it. */
export const fromStored = (stored: JsonObject, grantId: string, grant: Grant): AdapterPayload => ({
  ...(structuredClone(stored) as AdapterPayload),
  accountId: grant.account,
  clientId: grant.client,
  grantId,
  ...(grant.session === '' ? {} : { sessionUid: grant.session }),
})
