/** `/account/passkeys`: what somebody signs in with instead of a password. Adding one takes script; all else does not. */
import type { Account } from '../../accounts/account.ts'
import type { Credential, Person } from '../../accounts/person.ts'
import type { Origin } from '../../audit/event.ts'
import { readLabel } from '../../methods/label.ts'
import type { askForPasskey, enrolPasskey } from '../../methods/passkey/enrol.ts'
import { MOST_PASSKEYS, type Passkey, passkeysOf } from '../../methods/passkey/passkey.ts'
import { providerName } from '../../methods/passkey/provider-name.ts'
import type { SecondFactor } from '../../methods/second-factors.ts'
import type { AccountPasskeysModel } from '../../pages/account-factor-models.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Clock } from '../../shared/clock.ts'
import type { AccountPage, Visit } from './page.ts'

export interface PasskeysUse {
  credentialsOf: (userId: string) => Promise<Credential[]>
  askForPasskey: ReturnType<typeof askForPasskey>
  enrolPasskey: ReturnType<typeof enrolPasskey>
  renameCredential: (userId: string, id: string, label: string | undefined) => Promise<boolean>
  removeFactor: (
    account: Account,
    factor: { method: SecondFactor; id: string },
    origin: Origin,
  ) => Promise<Credential | undefined>
  /** The RP ID. */
  rpId: string
  clock: Clock
}

type Fault = NonNullable<AccountPasskeysModel['error']>

export const PASSKEYS_PATH = '/account/passkeys'

export function createPasskeysPage(use: PasskeysUse): AccountPage {
  return {
    path: PASSKEYS_PATH,
    entry: { group: 'sign_in', icon: 'passkey', title: 'account.passkeys.title' },
    fresh: 'changes',
    show: (visit) => show(use, visit),
    submit: async (visit, form) => {
      if (form['action'] === 'challenge') return ask(use, visit)
      if (form['response'] !== undefined) return enrol(use, visit, form['response'])
      if (form['remove'] !== undefined) return remove(use, visit, form['remove'])
      if (form['rename'] !== undefined) return rename(use, visit, form['rename'], form['name'])
      // Whose sign-in was too old comes this way: now it is not.
      visit.ctx.status = 303
      visit.ctx.redirect(PASSKEYS_PATH)
    },
    summary: async (visit) => {
      const passkeys = passkeysOf(await personAt(use, visit))
      const warns = passkeys.some(({ stored }) => stored.cloneSuspected === true)
      if (warns) return { says: 'account.passkeys.copied', warns }
      return passkeys.length === 0
        ? { says: 'account.passkeys.none' }
        : { says: 'account.passkeys.count', values: { passkeys: passkeys.length } }
    },
  }
}

const personAt = async ({ credentialsOf }: PasskeysUse, { account }: Visit): Promise<Person> => ({
  account,
  credentials: await credentialsOf(account.id),
})

/** What a browser was asked is for its session and its person. */
const askedBy = ({ session: { id, sub } }: Visit): string => `${id} ${sub}`

async function show(use: PasskeysUse, visit: Visit, error?: Fault): Promise<void> {
  const passkeys = passkeysOf(await personAt(use, visit))
  const { email, name = email } = visit.account
  const [first] = passkeys
  visit.show(
    'account-passkeys',
    {
      passkeys: await Promise.all(passkeys.map(shown)),
      most: MOST_PASSKEYS,
      ...(error !== undefined && { error }),
      known: {
        rpId: use.rpId,
        ...(first !== undefined && { userId: first.stored.userHandle, name: email, displayName: name }),
        allAcceptedCredentialIds: passkeys.map(({ stored }) => stored.id),
      },
    },
    error === undefined ? {} : { status: 400 },
  )
}

const shown = async ({ credential, stored }: Passkey): Promise<AccountPasskeysModel['passkeys'][number]> => ({
  ...{ id: credential.id, credentialId: stored.id, name: credential.label },
  provider: await providerName(stored.aaguid),
  ...{ createdAt: credential.createdAt, lastUsedAt: credential.lastUsedAt },
  ...{ backedUp: stored.backedUp, copied: stored.cloneSuspected === true },
})

async function ask(use: PasskeysUse, visit: Visit): Promise<void> {
  const person = await personAt(use, visit)
  const full = passkeysOf(person).length >= MOST_PASSKEYS
  visit.ctx.status = full ? 400 : 200
  visit.ctx.set('cache-control', 'no-store')
  visit.ctx.body = full
    ? { error: 'full' }
    : { challenge: await use.askForPasskey(person, { by: askedBy(visit), silent: false }) }
}

async function enrol(use: PasskeysUse, visit: Visit, response: string): Promise<void> {
  const { account, origin } = visit
  const enrolled = await use.enrolPasskey(account, { by: askedBy(visit), response }, origin)
  if (typeof enrolled === 'string') return show(use, visit, enrolled)
  const { backupEligible } = enrolled
  // The key has signed nothing yet: nobody could say that it wasn't passed on.
  await visit.prove({
    ...{ method: 'passkey', factors: ['possession'], phishingResistant: false, at: use.clock.now() },
    amr: [backupEligible ? 'swk' : 'hwk', 'user'],
  })
  visit.done('passkey_added')
}

async function remove(use: PasskeysUse, visit: Visit, id: string): Promise<void> {
  const removed = await use.removeFactor(visit.account, { method: 'passkey', id }, visit.origin)
  if (removed === undefined) throw noSuchPasskey()
  visit.done('passkey_removed')
}

async function rename(use: PasskeysUse, visit: Visit, id: string, name: string | undefined): Promise<void> {
  const isTheirs = passkeysOf(await personAt(use, visit)).some(({ credential }) => credential.id === id)
  if (!isTheirs || !(await use.renameCredential(visit.account.id, id, readLabel(name)))) throw noSuchPasskey()
  visit.done('passkey_renamed')
}

const noSuchPasskey = () => new AppError('not_found', 'There is no such passkey.')
