import type { Generated, JSONColumnType } from 'kysely'

/** What a person has allowed a client, remembered per scope; asked again only for what is new. */
export interface ConsentRow {
  user_sub: string
  client_id: string
  scopes: JSONColumnType<string[]>
  claims: JSONColumnType<string[]>
  /** Resource indicator to the scopes allowed there. */
  resources: JSONColumnType<Record<string, string[]>>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface ConsentTables {
  consents: ConsentRow
}
