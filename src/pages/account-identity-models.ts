/** What the page at `/account` is told about who somebody is elsewhere. */
import type { AccountFrame } from './account-models.ts'

/** An identity that somebody has elsewhere and signs in with here. Times are epoch ms. */
export interface AccountIdentity {
  id: string
  /** Where it is, at what people call that. */
  connector: string
  /** Whether one can sign in by it now. */
  usable: boolean
  /** What the person is called there. */
  label: string | undefined
  createdAt: number
  lastUsedAt: number | undefined
}

export interface AccountIdentitiesModel {
  frame: AccountFrame
  identities: AccountIdentity[]
  /** Where another can be connected. */
  connectors: { slug: string; name: string }[]
  /**
   * `taken`: that identity is connected already, with this account or another one. `declined`: its person did not go on
   * there. `failed`: it could not be asked, or what it said doesn't count.
   */
  error?: { kind: 'taken' | 'declined' | 'failed'; connector: string }
}
