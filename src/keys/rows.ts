import type { ColumnType, Generated } from 'kysely'

export type DataKeyPurpose = 'pepper' | 'cookie' | 'refresh' | 'field' | 'audit'

export interface DataKeyRow {
  purpose: DataKeyPurpose
  /** Never used twice for one purpose. */
  number: number
  created_at: Generated<Date>
  /** From then on new things are made with it, until there is a newer one. */
  usable_from: ColumnType<Date, Date | undefined, Date>
  ended: 'retired' | 'compromised' | null
  ended_at: Date | null
}

/** A data key wrapped by one master key (AES-256-GCM, purpose and number as additional data). */
export interface DataKeyWrapRow {
  purpose: DataKeyPurpose
  number: number
  /** First 8 bytes of a hash of the master key, hex: names it without telling it. */
  master_id: string
  wrapped: Buffer
}

export interface SigningKeyRow {
  kid: string
  alg: string
  /** Public JWK (RFC 7517). */
  public_jwk: string
  /** Private JWK, sealed under the data key `field`. */
  private_sealed: Buffer
  state: 'active' | 'retired' | 'compromised'
  created_at: Generated<Date>
}

export interface KeyTables {
  data_keys: DataKeyRow
  data_key_wraps: DataKeyWrapRow
  signing_keys: SigningKeyRow
}
