import { FIRST_PARTY, type FirstPartySettings } from '../../clients/client.ts'
import type { DesiredFirstParty } from './desired.ts'
import { differences } from './fields.ts'
import type { ChangeOf, PlanOptions } from './plan.ts'

const KIND = { kind: 'first_party_api', name: FIRST_PARTY } as const

export function planFirstParty(
  before: FirstPartySettings | undefined,
  desired: DesiredFirstParty | undefined,
  { managedBy, prune }: PlanOptions,
): ChangeOf<'first_party_api'> | undefined {
  if (desired === undefined) {
    if (!prune || before?.managedBy !== managedBy) return undefined
    return { ...KIND, action: 'remove', fields: differences(described(before), {}) }
  }
  const { path: _, ...settings } = desired
  const to = { ...settings, managedBy: before === undefined ? managedBy : before.managedBy }
  const fields = differences(before === undefined ? {} : described(before), described(to))
  if (fields.length === 0) return undefined
  return { ...KIND, action: before === undefined ? 'create' : 'update', fields, to }
}

/** By the names of the file. */
const described = (settings: FirstPartySettings): Record<string, unknown> => ({
  resource: settings.resource,
  scope: settings.scope,
  access_token_ttl: inSeconds(settings.accessTokenTtl),
  refresh_token_ttl: inSeconds(settings.refreshTokenTtl),
  refresh_family_ttl: inSeconds(settings.refreshFamilyTtl),
})

export const inSeconds = (ttl: number | undefined): string | undefined =>
  ttl === undefined ? undefined : `${ttl}s`
