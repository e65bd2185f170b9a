import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { clientMetadataSchema } from '../../clients/client-metadata.ts'
import { clientEntryFields } from './client-entry.ts'
import { oidcConfigEntry, oidcConnectorEntry } from './connector-entry.ts'
import { documentSchema } from './document.ts'
import { firstPartyEntry } from './first-party-entry.ts'
import { policiesEntry, riskPolicyEntry } from './policies-entry.ts'
import { readDocument } from './read-document.ts'
import { resourceServerEntry } from './resource-server-entry.ts'
import { signInPolicyEntry } from './sign-in-policy-entry.ts'
import { userEntry } from './user-entry.ts'
import { webhookEntry } from './webhook-entry.ts'

const read = (path: string): Buffer => readFileSync(new URL(`../../../${path}`, import.meta.url))

const FIELDS: [string, string[]][] = [
  ['Top level', Object.keys(documentSchema.shape)],
  ['`clients`', [...Object.keys(clientEntryFields.shape), ...Object.keys(clientMetadataSchema.in.shape)]],
  ['`resource_servers`', Object.keys(resourceServerEntry.shape)],
  ['`first_party_api`', Object.keys(firstPartyEntry.shape)],
  ['`policies`', Object.keys(policiesEntry.shape)],
  ['`policies.risk`', Object.keys(riskPolicyEntry.shape)],
  ['`policies.sign_in`', Object.keys(signInPolicyEntry.shape)],
  ['`webhooks`', Object.keys(webhookEntry.shape)],
  ['`connectors`', Object.keys(oidcConnectorEntry.shape)],
  ['`connectors[].config`', Object.keys(oidcConfigEntry.shape)],
  ['`users`', [...Object.keys(userEntry.shape), ...Object.keys(userEntry.shape.address.unwrap().shape)]],
]

test.each(FIELDS)('docs/apply.md: %s names every field, and no other', (section, fields) => {
  const page = read('docs/apply.md').toString()
  const table = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? ''
  const firstCells = table.match(/^\| `.*?(?= \|)/gm)?.join() ?? ''
  const named = [...firstCells.matchAll(/`(\w+)`/g)].map(([, name]) => name)
  const inAddress = Object.keys(userEntry.shape.address.unwrap().shape)
  expect(named.toSorted()).toEqual(fields.filter((field) => !inAddress.includes(field)).toSorted())
  for (const field of fields) expect(table).toContain(`\`${field}\``)
})

test('examples/apply.yaml is a file that apply takes', () => {
  expect(readDocument(read('examples/apply.yaml'))).toMatchObject({ ok: true })
})
