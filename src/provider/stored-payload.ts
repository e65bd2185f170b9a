import type { AdapterPayload } from 'oidc-provider'
import type { Grant, Json, JsonObject } from '../../adapters/contract.ts'

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

/** Without lists and objects that hold nothing. */
export const withoutEmpty = (payload: object): JsonObject =>
  Object.fromEntries(
    Object.entries(payload).filter(([, value]) => value !== undefined && !isEmpty(value)),
  ) as JsonObject

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** What a refresh token has from the code that it came with. */
const TAKEN_OVER = ['acr', 'amr', 'authTime', 'claims', 'nonce', 'resource', 'scope', 'sid'] as const

/** A family's payload without what stands in its code's: a grant keeps that once. `null` for what only the code has. */
export function besideCode(payload: JsonObject, code: JsonObject): JsonObject {
  const own = { ...payload }
  for (const name of TAKEN_OVER) {
    if (JSON.stringify(own[name]) === JSON.stringify(code[name])) delete own[name]
    else own[name] ??= null
  }
  return own
}

/** The whole of it again. */
export function withCode(own: JsonObject, code: JsonObject): JsonObject {
  const taken = TAKEN_OVER.flatMap((name) => (code[name] === undefined ? [] : [[name, code[name]] as const]))
  const whole = { ...Object.fromEntries(taken), ...own }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null))
}

/** `structuredClone` does the same for what is JSON, at almost three times the price. */
export function copyOf<Value extends Json | undefined>(value: Value): Value
export function copyOf(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((member) => copyOf(member))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]))
}

/** A fresh copy, the library may keep and change it. */
export const fromStored = (stored: JsonObject, grantId: string, grant: Grant): AdapterPayload => ({
  ...(copyOf(stored) as AdapterPayload),
  accountId: grant.account,
  clientId: grant.client,
  grantId,
  ...(grant.session === '' ? {} : { sessionUid: grant.session }),
})
