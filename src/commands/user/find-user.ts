import type { Account } from '../../accounts/account.ts'
import { type EmailAddress, normaliseEmail } from '../../accounts/email.ts'
import type { Core } from '../../core.ts'
import { Refusal } from '../refusal.ts'

export function readAddress(email: string): EmailAddress {
  const address = normaliseEmail(email)
  if (address === undefined) throw new Refusal(`${JSON.stringify(email)} is no e-mail address.`)
  return address
}

export async function findUser({ accounts }: Pick<Core, 'accounts'>, email: string): Promise<Account> {
  const account = await accounts.users.findByEmailKey(readAddress(email).key)
  if (account === undefined) throw new Refusal(`Nobody has the address ${email}.`)
  return account
}
