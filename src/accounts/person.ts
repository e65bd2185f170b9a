import type { JsonObject } from '../../adapters/contract.ts'
import type { Account } from './account.ts'

/** Something by which an account's person proves to be it, as it is stored: what `data` holds, its method knows. */
export interface Credential {
  readonly id: string
  readonly method: string
  readonly data: JsonObject
  /** What its person calls it. */
  readonly label: string | undefined
  /** Epoch ms, like the next. */
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}

/** An account and all that its person can prove to be it with. */
export interface Person {
  readonly account: Account
  readonly credentials: readonly Credential[]
}

export const credentialsOf = ({ credentials }: Person, method: string): Credential[] =>
  credentials.filter((credential) => credential.method === method)

/** As a PHC string. */
export function passwordHashOf(person: Person): string | undefined {
  const phc = credentialsOf(person, 'password')[0]?.data['phc']
  return typeof phc === 'string' ? phc : undefined
}
