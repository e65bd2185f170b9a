/** `/account/passkeys`: what somebody signs in with instead of a password. Adding one takes script; all else does not. */
import type { Person } from '../../accounts/person.ts'
import type { askForPasskey, enrolPasskey } from '../../methods/passkey/enrol.ts'
import { MOST_PASSKEYS, type Passkey, passkeysOf, provenByMaking } from '../../methods/passkey/passkey.ts'
import { providerName } from '../../methods/passkey/provider-name.ts'
import type { AccountPasskeysModel } from '../../pages/account-factor-models.ts'
import { mayKeepPasskey, type OfferPasskeyUse, PASSKEYS_PATH } from './offer-passkey.ts'
import { changeOwnFactor, holderOf, type OwnFactorsUse } from './own-factors.ts'
import type { AccountPage, Visit } from './page.ts'

export interface PasskeysUse extends OwnFactorsUse, Omit<OfferPasskeyUse, 'notNow'> {
  askForPasskey: ReturnType<typeof askForPasskey>
  enrolPasskey: ReturnType<typeof enrolPasskey>
  /** The RP ID. */
  rpId: string
}

type Fault = NonNullable<AccountPasskeysModel['error']>

export function createPasskeysPage(use: PasskeysUse): AccountPage {
  return {
    path: PASSKEYS_PATH,
    entry: { group: 'sign_in', icon: 'passkey', title: 'account.passkeys.title' },
    fresh: 'changes',
    show: (visit) => show(use, visit),
    submit: async (visit, form) => {
      if (form['action'] === 'challenge') return ask(use, visit, form['silent'] === 'on')
      if (form['response'] !== undefined) return enrol(use, visit, form['response'])
      const says = { removed: 'passkey_removed', renamed: 'passkey_renamed' } as const
      if (await changeOwnFactor(use, visit, 'passkey', form, says)) return
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
  ...{ backedUp: stored.backedUp, copied: stored.cloneSuspected === true, unasked: stored.unasked === true },
})

/** `silent`: the browser is to keep one without asking. */
async function ask(use: PasskeysUse, visit: Visit, silent: boolean): Promise<void> {
  const person = await personAt(use, visit)
  const full = passkeysOf(person).length >= MOST_PASSKEYS
  const mayAsk = !full && (!silent || (await mayKeepPasskey(use, visit)))
  visit.ctx.status = mayAsk ? 200 : 400
  visit.ctx.set('cache-control', 'no-store')
  visit.ctx.body = mayAsk
    ? { challenge: await use.askForPasskey(person, { by: holderOf(visit), silent }) }
    : { error: full ? 'full' : 'not_offered' }
}

async function enrol(use: PasskeysUse, visit: Visit, response: string): Promise<void> {
  const { account, origin } = visit
  const enrolled = await use.enrolPasskey(account, { by: holderOf(visit), response }, origin)
  if (typeof enrolled === 'string') return show(use, visit, enrolled)
  // Nobody was there, so nothing is proven; and no page was left for it.
  if (enrolled.unasked === true) {
    visit.ctx.status = 204
    return
  }
  await visit.prove({ ...provenByMaking(enrolled), method: 'passkey', at: use.clock.now() })
  visit.done('passkey_added')
}
