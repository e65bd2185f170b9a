/**
 * A registration becomes an account when somebody who reads the address's mail says so. Whoever asked for it may be
 * somebody else, and the password of theirs: it counts only in the browser where it was chosen. Anywhere else the person
 * chooses one now.
 */
import { createEvent, type Origin } from '../audit/event.ts'
import { equalBytes } from '../security/keyed-hash.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import { newRowId, newSecret } from '../shared/ids.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { LinkKeys } from './links-repository.ts'
import { isToken } from './open-link.ts'
import type { PasswordRefusal, RefusePassword } from './password-policy.ts'
import type { Registration } from './registrations-repository.ts'

export interface FindRegistrationUse {
  accounts: AccountsRepository
  clock: Clock
  linkKeys: (token: string) => LinkKeys
  /** Keyed hashes of a browser's secret, under every pepper that may have made one. */
  browserKeys: (secret: string) => readonly Buffer[]
}

export interface RegisterUse extends FindRegistrationUse {
  hasher: Pick<PasswordHasher, 'hash'>
  refusePassword: RefusePassword
}

export interface FoundRegistration {
  registration: Registration
  /** The browser that asks is the one where it was begun. */
  begunHere: boolean
}

/** By the token in the mail. Spends nothing. */
export const findRegistration =
  (use: FindRegistrationUse) =>
  async (token: string, browser: string | undefined): Promise<FoundRegistration | undefined> => {
    if (!isToken(token)) return undefined
    const registration = await use.accounts.registrations.findByLink(use.linkKeys(token), use.clock.now())
    if (registration === undefined) return undefined
    const mine = browser === undefined ? [] : use.browserKeys(browser)
    return { registration, begunHere: mine.some((key) => equalBytes(key, registration.browser)) }
  }

export type RegisterOutcome =
  | { ok: true; account: Account }
  | { ok: false; reason: PasswordRefusal | 'link_expired' | 'missing' }

/** `password`: needed in another browser than the one where it was begun. One account comes of any number of tries. */
export const register =
  (use: RegisterUse) =>
  async (
    token: string,
    { browser, password }: { browser: string | undefined; password: string | undefined },
    origin: Origin,
  ): Promise<RegisterOutcome> => {
    const found = await findRegistration(use)(token, browser)
    if (found === undefined) return { ok: false, reason: 'link_expired' }
    const { registration, begunHere } = found
    const chosen = begunHere ? registration.phc : await choose(use, registration, password)
    if (typeof chosen !== 'string') return { ok: false, reason: chosen.refused }
    const account = await open(use, registration, chosen, origin)
    return account === undefined ? { ok: false, reason: 'link_expired' } : { ok: true, account }
  }

async function choose(
  use: RegisterUse,
  owner: Registration,
  password = '',
): Promise<string | { refused: PasswordRefusal | 'missing' }> {
  if (password === '') return { refused: 'missing' }
  const refused = await use.refusePassword(password, owner)
  return refused === undefined ? use.hasher.hash(password) : { refused }
}

/** Undefined when it was taken meanwhile, or the address has an account. */
const open = (
  use: RegisterUse,
  { id, email, emailKey, name, locale }: Registration,
  phc: string,
  origin: Origin,
): Promise<Account | undefined> =>
  use.accounts.atomically(async ({ users, credentials, registrations, record }) => {
    const at = use.clock.now()
    if ((await registrations.take(id, at)) === undefined) return undefined
    await registrations.removeAll(emailKey)
    const account = await users.add({
      ...{ id: newRowId(), sub: newSecret(16), email, emailKey, emailVerified: true, name, at },
      ...{ profile: { locale }, serverRoles: [], managedBy: undefined },
    })
    if (account === undefined) return undefined
    await credentials.setPassword(account.id, phc, at)
    const { sub } = account
    const created = { type: 'user.created', actor: `user:${sub}`, subject: sub, name: email } as const
    await record(createEvent(origin, { ...created, reason: 'registered' }, at))
    return account
  })
