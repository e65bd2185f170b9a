/**
 * Somebody wants an account. Nobody looks here whether the address has one: for every address it is one hash, one row and
 * one event, so neither the answer nor its time says so. The mail that follows is either a link that makes the account, or
 * says to its owner that there is one.
 */
import { createEvent, type Origin } from '../audit/event.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import { newRowId } from '../shared/ids.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { isName } from './create-user.ts'
import { normaliseEmail } from './email.ts'
import type { PasswordRefusal, RefusePassword } from './password-policy.ts'

export const REGISTRATION_LIFE = 24 * 60 * 60 * 1000

export interface AskToRegisterUse {
  accounts: Pick<AccountsRepository, 'atomically'>
  hasher: Pick<PasswordHasher, 'hash'>
  refusePassword: RefusePassword
  clock: Clock
  /** Keyed hash of a browser's secret. */
  browserKey: (secret: string) => Buffer
  /** Counts a mail to an address; whether it may go. */
  admits: (email: string) => Promise<boolean>
}

export interface RegistrationForm {
  name: string
  email: string
  password: string
  /** In which language the person is spoken to. */
  locale: string
  /** The secret of the browser. */
  browser: string
}

export type RegistrationRefusal = 'name_malformed' | 'email_malformed' | PasswordRefusal

/** Undefined where it was taken, though perhaps nothing follows. */
export const askToRegister =
  (use: AskToRegisterUse) =>
  async (form: RegistrationForm, origin: Origin): Promise<RegistrationRefusal | undefined> => {
    const { name, password, locale } = form
    const address = normaliseEmail(form.email)
    if (!isName(name)) return 'name_malformed'
    if (address === undefined) return 'email_malformed'
    const refusal = await use.refusePassword(password, { email: address.email, name })
    if (refusal !== undefined) return refusal
    if (!(await use.admits(address.email))) return undefined
    const phc = await use.hasher.hash(password)
    await use.accounts.atomically(async ({ registrations, record }) => {
      const at = use.clock.now()
      const id = newRowId()
      const { email, key: emailKey } = address
      const asked = {
        id,
        email,
        emailKey,
        name: name.trim(),
        phc,
        locale,
        browser: use.browserKey(form.browser),
      }
      await registrations.add({ ...asked, at, expiresAt: at + REGISTRATION_LIFE })
      const event = { type: 'registration.asked', details: { registration: id } } as const
      await record(createEvent(origin, event, at))
    })
    return undefined
  }
