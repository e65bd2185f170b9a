/**
 * What other systems are told of an event: the members of its record, with address and user agent as long as they are
 * kept. No digest, nothing that can be presented, and not the e-mail address, which could not be erased elsewhere:
 * `subject` names the person.
 */
import { z } from 'zod'
import { CATALOGUE, DETAILS, type EventType } from '../audit/catalogue.ts'
import type { AuditRecord, Personal } from '../audit/record.ts'

/** A receiver refuses what is much larger than any event of ours could be. */
const LARGEST = 65_536

/** It can't be told: what was chained is no record, or too large. */
export class Untellable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.name = 'Untellable'
  }
}

/** Always the same text for the same event, as long as nothing of it is erased. */
export function payloadOf({ record, personal }: { record: string; personal: Personal }): string {
  const { version, type, time, key: _, name: __, ip: ___, user_agent: ____, ...rest } = parse(record)
  const data = {
    ...rest,
    ...(personal.ip !== undefined && { ip: personal.ip }),
    ...(personal.userAgent !== undefined && { user_agent: personal.userAgent }),
  }
  const text = JSON.stringify({ type, timestamp: time, version, data })
  if (text.length > LARGEST) throw new Untellable('too large')
  return text
}

function parse(record: string): AuditRecord {
  try {
    return JSON.parse(record) as AuditRecord
  } catch (error) {
    throw new Untellable('not readable', { cause: error })
  }
}

const text = (description: string) => z.string().max(256).describe(description)

const COMMON = {
  id: z.uuid().describe('of the event, the same whenever it is told'),
  actor: text('who did it: `user:SUB`, `client:ID`, `command`, `apply`, `demo`, `gatehouse`').optional(),
  subject: text('`sub` of the person it is about').optional(),
  organization: text('the organization it is about').optional(),
  client: text('`client_id` of the client it is about').optional(),
  session: text('names the session; opens nothing').optional(),
  request_id: text('as in the answer’s `X-Request-Id`').optional(),
  reason: text('why, in a word').optional(),
  country: text('two letters').optional(),
  ip: text('address of whoever asked').optional(),
  user_agent: text('of whoever asked').optional(),
}

/** What all have in common. */
export const commonSchema = z.object({
  type: z.string().describe('what happened'),
  timestamp: z.iso.datetime().describe('when it did, by the clock of the node'),
  version: z.literal(1).describe('of this schema'),
  data: z.object({ ...COMMON, outcome: z.enum(['success', 'failure']).describe('how it ended') }),
})

/** What is told of a type, no more and no less. */
export const payloadSchema = (type: EventType) =>
  commonSchema
    .extend({
      type: z.literal(type),
      data: commonSchema.shape.data
        .extend({ outcome: z.literal(CATALOGUE[type].outcome), ...detailsOf(type) })
        .strict(),
    })
    .strict()

const detailsOf = (type: EventType) =>
  Object.keys(DETAILS[type]).length > 0 ? { details: z.strictObject(DETAILS[type]) } : {}
