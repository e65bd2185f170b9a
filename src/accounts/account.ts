/**
 * People. An account is who signs in: known to itself by an e-mail address, to relying parties by `sub`, which
 * is random and never reused, and to the house by its row's `id`. How somebody proves to be it are credentials,
 * apart from it.
 */
import type { ProfileClaims } from './rows.ts'

export interface Account {
  /** Never leaves the house. */
  readonly id: string
  /** Subject identifier (OpenID Connect Core §2). */
  readonly sub: string
  /** Where mail goes: the letters as they were given, the domain in its one spelling. */
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string | undefined
  readonly profile: Readonly<ProfileClaims>
  /** Roles in the server itself (`admin`). */
  readonly serverRoles: readonly string[]
  readonly disabled: boolean
  /** Goes up when everything that was made for this person is ended. */
  readonly epoch: number
  /** Goes up when something of it is ended by name. */
  readonly ends: number
  /** `apply`, `demo`, or undefined: made by hand. */
  readonly managedBy: string | undefined
  /** Epoch milliseconds, like the next two. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastSignInAt: number | undefined
}
