/** What a file for `apply` may say: one strict schema. A name that it does not know is a slip, never ignored. */
import { z } from 'zod'
import { clientEntry } from './client-entry.ts'
import { connectorEntry } from './connector-entry.ts'
import { firstPartyEntry } from './first-party-entry.ts'
import { policiesEntry } from './policies-entry.ts'
import { resourceServerEntry } from './resource-server-entry.ts'
import { userEntry } from './user-entry.ts'
import { webhookEntry } from './webhook-entry.ts'

/** A section whose entries are all commented out is null in YAML. */
const section = <S extends z.ZodType>(entry: S) =>
  z
    .array(entry)
    .max(10_000)
    .nullish()
    .transform((entries) => entries ?? [])

/** Taken, so that a file can already carry the empty section. */
const notYet = z.unknown().refine(isEmpty, 'is not available yet').optional()

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

export const documentSchema = z.strictObject({
  version: z.literal(1),
  clients: section(clientEntry),
  resource_servers: section(resourceServerEntry),
  /** With everything in it commented out it is null in YAML, and says nothing. */
  first_party_api: firstPartyEntry.nullish().transform((entry) => entry ?? undefined),
  users: section(userEntry),
  webhooks: section(webhookEntry),
  connectors: section(connectorEntry),
  organizations: notYet,
  policies: policiesEntry.nullish().transform((entry) => entry ?? undefined),
})

export type SetUpDocument = z.output<typeof documentSchema>
