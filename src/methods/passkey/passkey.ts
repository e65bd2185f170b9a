/**
 * Passkeys (WebAuthn Level 3). The strongest method: what is signed names the page that asked, so nobody in between can
 * pass it on. Alone it is two factors, as the authenticator has verified its person; beside another it may be one.
 * `verify.ts` is a door to `@simplewebauthn/server`, `enrol.ts` the other one.
 */
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import { type Credential, credentialsOf, type Person } from '../../accounts/person.ts'
import type { UsersRepository } from '../../accounts/users-repository.ts'
import { createEvent } from '../../audit/event.ts'
import { newSecret } from '../../shared/ids.ts'
import type { Answer, Asked, Enrolment, Method, Proven, Reason, Verdict } from '../method.ts'
import { loadLibrary } from './library.ts'
import type { RelyingParty } from './relying-party.ts'
import { type Assertion, readAssertion } from './response.ts'
import { STORED_PASSKEY, type StoredPasskey } from './stored.ts'
import { type Told, verifyAssertion } from './verify.ts'

export interface PasskeyUse {
  accounts: Pick<AccountsRepository, 'credentials' | 'atomically'>
  persons: Pick<UsersRepository, 'findPersonByPasskey'>
  relyingParty: RelyingParty
  enrolment: Enrolment
}

/** How long a question may wait for its answer, ms (§15.1 recommends 5 to 10 minutes). */
export const QUESTION_LIFE = 5 * 60 * 1000

export const createPasskey = (use: PasskeyUse): Method => ({
  id: 'passkey',
  role: 'either',
  factors: ['possession', 'knowledge'],
  phishingResistant: true,
  identifies: true,
  life: QUESTION_LIFE,
  enrolment: use.enrolment,
  ready: (person) => usable(person).some(({ stored }) => stored.unasked !== true),
  challenge: async ({ person, as }) => {
    // Needed for the answer, and slow to load.
    void loadLibrary()
    const challenge = newSecret()
    const allowed = as === 'second' && person !== undefined ? usable(person).map(descriptorOf) : []
    return {
      kept: { challenge },
      shown: {
        ...{ challenge, rpId: use.relyingParty.id, timeout: QUESTION_LIFE, allowCredentials: allowed },
        userVerification: as === 'first' ? 'required' : 'preferred',
      },
    }
  },
  verify: (asked, answer) => verify(use, asked, answer),
})

/** As many as one may have: each is named to the browser when another is made. */
export const MOST_PASSKEYS = 20

/** A person's passkey: its row, and what that holds. */
export interface Passkey {
  credential: Credential
  stored: StoredPasskey
}

/** Oldest first. */
export const passkeysOf = (person: Person): Passkey[] => credentialsOf(person, 'passkey').map(toPasskey)

const usable = (person: Person): Passkey[] =>
  passkeysOf(person).filter(({ stored }) => stored.cloneSuspected !== true)

const toPasskey = (credential: Credential): Passkey => ({
  credential,
  stored: STORED_PASSKEY.parse(credential.data),
})

/** As options of WebAuthn name one (§5.8.3). */
export const descriptorOf = ({ stored: { id, transports } }: Passkey) => ({
  ...{ id, type: 'public-key', transports },
})

async function verify(use: PasskeyUse, asked: Asked, answer: Answer): Promise<Verdict> {
  const { person, as, kept } = asked
  const assertion = readAssertion(answer.response)
  if (assertion === undefined) return { ok: false, reason: 'malformed', whose: person?.account }
  const owner = as === 'first' ? await use.persons.findPersonByPasskey(assertion.id) : person
  const passkey = owner && passkeysOf(owner).find(({ stored }) => stored.id === assertion.id)
  if (owner === undefined || passkey === undefined)
    return { ok: false, reason: 'unknown', whose: owner?.account }
  const refused = (reason: Reason): Verdict => ({ ok: false, reason, whose: owner.account })
  // §7.2 step 6: without a name before it, the answer must say whose it is.
  if (!fitsHandle(assertion, passkey, as)) return refused('wrong_response')
  const told = await verifyAssertion(use.relyingParty, assertion, passkey.stored, {
    challenge: String(kept?.['challenge']),
    userVerified: as === 'first',
  })
  if (told === undefined) return refused('wrong_response')
  const outcome = await noteUse(use, owner, passkey, told, asked)
  return outcome === 'right' ? { ok: true, person: owner, proven: provenBy(told) } : refused(outcome)
}

function fitsHandle({ response }: Assertion, { stored }: Passkey, as: Asked['as']): boolean {
  const { userHandle } = response
  return userHandle === undefined || userHandle === null ? as === 'second' : userHandle === stored.userHandle
}

/** Each lost swap means that it was used somewhere else at the same moment. */
const ROUNDS = 5

/**
 * Keeps what the authenticator told, in one step, and that its person knows of it. A counter that doesn't go up means that
 * somebody else may have a copy (§6.1.1): then that is kept and told, and the passkey is good no more.
 */
async function noteUse(
  { accounts }: PasskeyUse,
  { account }: Person,
  passkey: Passkey,
  { counter, backedUp }: Told,
  { origin, now }: Asked,
): Promise<'right' | 'clone_suspected' | 'unknown'> {
  let known: Passkey | undefined = passkey
  for (let round = 0; round < ROUNDS && known !== undefined; round++) {
    const { credential, stored } = known
    if (stored.cloneSuspected === true) return 'clone_suspected'
    const isCopy = (counter > 0 || stored.counter > 0) && counter <= stored.counter
    if (isCopy) {
      if (await mark(accounts, account, known, { origin, now })) return 'clone_suspected'
    } else {
      const { unasked: _, ...used } = stored
      const next: StoredPasskey = { ...used, counter, backedUp }
      if (await accounts.credentials.use(credential.id, credential.data, next, now)) return 'right'
    }
    known = await findAgain(accounts.credentials, account, credential)
  }
  return 'unknown'
}

/** False where it was used somewhere else meanwhile. */
const mark = (
  accounts: PasskeyUse['accounts'],
  { sub: subject, email: name }: Person['account'],
  { credential, stored }: Passkey,
  { origin, now }: Pick<Asked, 'origin' | 'now'>,
): Promise<boolean> =>
  accounts.atomically(async ({ credentials, record }) => {
    const marked: StoredPasskey = { ...stored, cloneSuspected: true }
    if (!(await credentials.use(credential.id, credential.data, marked, now))) return false
    const details = { method: 'passkey' } as const
    await record(createEvent(origin, { type: 'mfa.clone_suspected', subject, name, details }, now))
    return true
  })

async function findAgain(
  credentials: Pick<CredentialsRepository, 'of'>,
  account: Person['account'],
  credential: Credential,
): Promise<Passkey | undefined> {
  const found = (await credentials.of(account.id)).find(({ id }) => id === credential.id)
  return found && toPasskey(found)
}

const provenBy = ({ userVerified, backupEligible }: Told): Proven => ({
  factors: userVerified ? ['possession', 'knowledge'] : ['possession'],
  amr: amrOf(backupEligible),
  phishingResistant: true,
})

/** By who has just made it: it has signed nothing yet, so nobody could say that it wasn't passed on. */
export const provenByMaking = ({ backupEligible }: StoredPasskey): Proven => ({
  ...{ factors: ['possession'], phishingResistant: false, amr: amrOf(backupEligible) },
})

/** RFC 8176 §2: a key in hardware or one that may be copied; `user`: somebody was there. */
const amrOf = (backupEligible: boolean): string[] => [backupEligible ? 'swk' : 'hwk', 'user']
