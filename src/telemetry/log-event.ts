import { errorFields } from './error-fields.ts'
import { scrub, visible, withoutTokens } from './scrub.ts'

/**
 * All that a log line may carry, by kind. There is no field for a password, code, token, cookie or session id.
 * `id`, `agent`, `path`: kept as they are, but visible, cut and without tokens; `text`: scrubbed besides.
 */
const FIELDS = {
  requestId: 'id',
  /** Of the account, as in the audit log. */
  userId: 'id',
  clientId: 'id',
  /** A keyed hash of the token, never the token. */
  tokenId: 'id',
  ip: 'id',
  ua: 'agent',
  /** Of an audit or security event: `login.failed`. */
  event: 'id',
  outcome: 'id',
  reason: 'text',
  /** The route's pattern, never the path that was called. */
  route: 'id',
  method: 'id',
  status: 'number',
  durationMs: 'number',
  /** Its name in addresses. */
  connector: 'id',
  /** Which part speaks, or is spoken of: `postgresql`, `redis`, `worker`. */
  component: 'id',
  job: 'id',
  kid: 'id',
  purpose: 'id',
  migration: 'id',
  signal: 'id',
  version: 'id',
  /** Where a listener listens. */
  host: 'id',
  port: 'number',
  issuer: 'text',
  /** A path of ours: a folder, a file that people should know. */
  file: 'path',
  variable: 'id',
  count: 'number',
  attempt: 'number',
  retryInMs: 'number',
  error: 'error',
} as const

interface Kinds {
  id: string
  agent: string
  path: string
  text: string
  number: number
  error: unknown
}

export type LogEvent = { [Field in keyof typeof FIELDS]?: Kinds[(typeof FIELDS)[Field]] | undefined }

const LENGTH = { id: 128, agent: 256, path: 1024, text: 256, message: 1000 }

/** Scrubbed before it is cut, so that half a secret is not missed; cut before that, so that it costs little. */
const text = (value: string, most: number) => visible(scrub(value.slice(0, 4 * most)), most)

function fieldValue(kind: keyof Kinds, value: unknown, withStack: boolean): unknown {
  if (kind === 'error') return value === undefined ? undefined : errorFields(value, withStack)
  if (kind === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  if (kind === 'text') return text(value, LENGTH.text)
  return visible(withoutTokens(value.slice(0, 4 * LENGTH[kind])), LENGTH[kind])
}

/** What TypeScript did not see (a spread object, a cast) is dropped here. */
export function toFields(event: LogEvent, withStack: boolean): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const name in event) {
    if (!Object.hasOwn(FIELDS, name)) continue
    const field = name as keyof LogEvent
    const value = fieldValue(FIELDS[field], event[field], withStack)
    if (value !== undefined) fields[field] = value
  }
  return fields
}

export const toMessage = (msg: string): string => text(msg, LENGTH.message)
