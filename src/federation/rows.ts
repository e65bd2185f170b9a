import type { Generated, JSONColumnType } from 'kysely'
import type { JsonObject } from '../../adapters/contract.ts'

interface ConnectorRow {
  id: string
  slug: string
  type: string
  name: string
  /** What its type needs, but for its secret. */
  config: JSONColumnType<JsonObject>
  secret_sealed: Buffer | null
  disabled_at: Date | null
  managed_by: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface FederationTables {
  connectors: ConnectorRow
}
