import { createEvent, type Origin } from '../audit/event.ts'
import { readPhc } from '../security/phc-string.ts'
import type { Clock } from '../shared/clock.ts'
import { newRowId, newSecret } from '../shared/ids.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { normaliseEmail } from './email.ts'
import type { ProfileClaims } from './rows.ts'

export interface UserToCreate {
  email: string
  emailVerified?: boolean
  name?: string
  profile?: ProfileClaims
  serverRoles?: readonly string[]
  /** A PHC string brought from elsewhere: argon2id only. */
  passwordHash?: string
  managedBy?: string
}

type CreateUserRefusal = 'email_malformed' | 'email_taken' | 'name_malformed' | 'password_hash_refused'

export type CreateUserOutcome = { ok: true; account: Account } | { ok: false; reason: CreateUserRefusal }

const MAX_NAME_LENGTH = 200
/** Control characters, line ends and lone surrogates: PostgreSQL or a mail header would stumble over them. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/** `sub` has 128 random bits: it says nothing about the person and is never given out again. */
export const createUser =
  (use: { accounts: AccountsRepository; clock: Clock }) =>
  async (user: UserToCreate, origin: Origin): Promise<CreateUserOutcome> => {
    const address = normaliseEmail(user.email)
    if (address === undefined) return refused('email_malformed')
    if (user.name !== undefined && !isName(user.name)) return refused('name_malformed')
    const phc = user.passwordHash
    if (phc !== undefined && readPhc(phc) === undefined) return refused('password_hash_refused')

    const at = use.clock.now()
    const account = await use.accounts.atomically(async ({ users, credentials, record }) => {
      const added = await users.add({
        id: newRowId(),
        sub: newSecret(16),
        email: address.email,
        emailKey: address.key,
        emailVerified: user.emailVerified ?? false,
        name: user.name,
        profile: user.profile ?? {},
        serverRoles: user.serverRoles ?? [],
        managedBy: user.managedBy,
        at,
      })
      if (added === undefined) return undefined
      if (phc !== undefined) await credentials.setPassword(added.id, phc, at)
      const { sub: subject, email: name } = added
      await record(createEvent(origin, { type: 'user.created', subject, name }, at))
      return added
    })
    return account === undefined ? refused('email_taken') : { ok: true, account }
  }

export const isName = (name: string): boolean =>
  name.trim() !== '' && name.length <= MAX_NAME_LENGTH && !UNPRINTABLE.test(name)

const refused = (reason: CreateUserRefusal): CreateUserOutcome => ({ ok: false, reason })
