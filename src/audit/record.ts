/**
 * What is chained of an event. Addresses, user agents and names stand beside it, and in the record only their keyed
 * digests: erased beside, they are gone for good, and the chain still holds. A digest is of one event: it tells nobody
 * that two events have the same value.
 */
import type { DataKeys } from '../keys/data-keys.ts'
import { createKeyedHash, equalBytes } from '../security/keyed-hash.ts'
import { canonicalJson } from './chain.ts'
import { type AuditEvent, type Details, PERSONAL, type PersonalField } from './event.ts'

export type Personal = Partial<Record<PersonalField, string>>

/** As it is chained, by the names that people read. */
export interface AuditRecord {
  version: 1
  id: string
  type: string
  /** ISO 8601, UTC. */
  time: string
  outcome: string
  actor?: string
  subject?: string
  organization?: string
  client?: string
  country?: string
  request_id?: string
  session?: string
  reason?: string
  details?: Details
  /** Number of the data key `audit` under which the digests were made. */
  key?: number
  /** HMAC-SHA-256, base64url. */
  ip?: string
  user_agent?: string
  name?: string
}

const MEMBERS: Readonly<Record<PersonalField, 'ip' | 'user_agent' | 'name'>> = {
  ip: 'ip',
  userAgent: 'user_agent',
  name: 'name',
}

export interface Records {
  toRecord(event: AuditEvent): { record: string; personal: Personal }
  /** The personal values that are still there but are not those that were recorded. */
  altered(record: AuditRecord, personal: Personal): PersonalField[]
}

export function createRecords(keys: Pick<DataKeys, 'current' | 'all'>): Records {
  const digest = (key: Buffer, id: string, field: PersonalField, value: string): string =>
    createKeyedHash(key)(`audit ${field}`, `${id}:${value}`).toString('base64url')
  return {
    toRecord(event) {
      const { number, key } = keys.current('audit')
      const personal = Object.fromEntries(
        PERSONAL.flatMap((field) => (event[field] === undefined ? [] : [[field, event[field]]])),
      ) as Personal
      const digests = Object.entries(personal).map(([field, value]) => [
        MEMBERS[field as PersonalField],
        digest(key, event.id, field as PersonalField, value),
      ])
      const hasDetails = Object.keys(event.details).length > 0
      const record: AuditRecord = {
        ...chained(event),
        ...(hasDetails && { details: event.details }),
        ...(digests.length > 0 && { key: number, ...Object.fromEntries(digests) }),
      }
      return { record: canonicalJson(record), personal }
    },
    altered(record, personal) {
      const key = keys.all('audit').find(({ number }) => number === record.key)?.key
      return PERSONAL.filter((field) => {
        const value = personal[field]
        if (value === undefined) return false
        const recorded = record[MEMBERS[field]]
        if (key === undefined || recorded === undefined) return true
        return !equalBytes(Buffer.from(recorded), Buffer.from(digest(key, record.id, field, value)))
      })
    },
  }
}

function chained(event: AuditEvent): Omit<AuditRecord, 'details' | 'key' | 'ip' | 'user_agent' | 'name'> {
  const { id, type, time, outcome, actor, subject, organization, client, country, session, reason } = event
  return {
    version: 1,
    ...{ id, type, time: new Date(time).toISOString(), outcome },
    ...(actor !== undefined && { actor }),
    ...(subject !== undefined && { subject }),
    ...(organization !== undefined && { organization }),
    ...(client !== undefined && { client }),
    ...(country !== undefined && { country }),
    ...(event.requestId !== undefined && { request_id: event.requestId }),
    ...(session !== undefined && { session }),
    ...(reason !== undefined && { reason }),
  }
}
