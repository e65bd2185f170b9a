/** The tables of `migrations/0005-state.ts`. Payloads are JSON as text. */
import type { Generated } from 'kysely'

interface Expiring {
  expires_at: Date
}

export interface StateGrantRow extends Expiring {
  key: string
  account: string
  client: string
  session: string
  device: Generated<string>
  organization: Generated<string>
  content: string
  code_key: string
  code_payload: string
  code_expires_at: Date
  code_consumed_at: Date | null
  family_payload: string | null
  number: number | null
  /** As `formatUses` writes them. */
  uses: string | null
  current_expires_at: Date | null
  family_ends_at: Date | null
}

export interface StateTokenRow extends Expiring {
  grant_key: string
  key: string
  payload: string
}

export interface StateArtifactRow extends Expiring {
  model: string
  key: string
  payload: string
  consumed_at: Date | null
  alias: string | null
  account: string | null
}

/** Where an alias leads; the artifact says whether it still bears that name. */
export interface StateAliasRow extends Expiring {
  model: string
  alias: string
  key: string
}

export interface StateClaimRow extends Expiring {
  model: string
  key: string
}

/** See `migrations/0012-endings.ts`. */
export interface StateEndingRow {
  id: Generated<string>
  event_id: string
  event: string
  model: string
  record: string
}

export interface ExpiringTables {
  state_grants: StateGrantRow
  state_tokens: StateTokenRow
  state_artifacts: StateArtifactRow
  state_aliases: StateAliasRow
  state_claims: StateClaimRow
}

export interface StateTables extends ExpiringTables {
  state_endings: StateEndingRow
}
