/** A passkey is added (WebAuthn Level 3 §7.1). */
import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import type { Person } from '../../accounts/person.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId, newSecret } from '../../shared/ids.ts'
import type { Enrolment } from '../method.ts'
import type { OnlyIf } from '../only-if.ts'
import { ALGORITHMS } from './algorithms.ts'
import { challengeIn } from './client-data.ts'
import { loadLibrary } from './library.ts'
import { descriptorOf, MOST_PASSKEYS, passkeysOf, provenByMaking, QUESTION_LIFE } from './passkey.ts'
import type { Questions } from './questions.ts'
import type { RelyingParty } from './relying-party.ts'
import { readAttestation } from './response.ts'
import type { StoredPasskey } from './stored.ts'
import { verifyAttestation } from './verify-new.ts'

export interface EnrolPasskeyUse {
  accounts: Pick<AccountsRepository, 'atomically'>
  questions: Questions
  relyingParty: RelyingParty
  clock: Clock
}

/** Options for `navigator.credentials.create`, as JSON (§5.1.9). `silent`: see `Asked`. */
export const askForPasskey =
  ({ questions, relyingParty }: Pick<EnrolPasskeyUse, 'questions' | 'relyingParty'>) =>
  async (person: Person, { by, silent }: { by: string; silent: boolean }) => {
    void loadLibrary()
    const known = passkeysOf(person)
    const userHandle = known[0]?.stored.userHandle ?? newSecret()
    const { email, name = email } = person.account
    return {
      rp: { id: relyingParty.id, name: new URL(relyingParty.origin).host },
      user: { id: userHandle, name: email, displayName: name },
      challenge: await questions.ask({ by, userHandle, silent }),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: QUESTION_LIFE,
      // One that the browser kept by itself gives way to one that is wanted.
      excludeCredentials: known.filter(({ stored }) => silent || stored.unasked !== true).map(descriptorOf),
      authenticatorSelection: {
        ...{ residentKey: 'required', requireResidentKey: true },
        userVerification: silent ? 'preferred' : 'required',
      },
      attestation: 'none',
    }
  }

/** Refused, somebody's already, or what was made. */
export type EnrolPasskeyOutcome = 'refused' | 'taken' | StoredPasskey

/** `by`: who answers; the question must have been theirs. */
export const enrolPasskey =
  ({ accounts, questions, relyingParty, clock }: EnrolPasskeyUse) =>
  async (
    account: Account,
    { by, response, label }: { by: string; response: unknown; label?: string | undefined },
    origin: Origin,
    only?: OnlyIf,
  ): Promise<EnrolPasskeyOutcome> => {
    const attestation = readAttestation(response)
    const challenge = attestation && challengeIn(attestation.response.clientDataJSON)
    const asked = challenge === undefined ? undefined : await questions.take(challenge, by)
    if (attestation === undefined || challenge === undefined || asked === undefined) return 'refused'
    const made = await verifyAttestation(relyingParty, attestation, { challenge, silent: asked.silent })
    if (made === undefined) return 'refused'
    const { userHandle, silent } = asked
    const data: StoredPasskey = { ...made, userHandle, ...(silent && { unasked: true }) }
    const at = clock.now()
    return accounts
      .atomically(async (within) => {
        const { users, credentials, record } = within
        if (!(await users.lock(account.id))) return 'refused'
        const known = await credentials.of(account.id)
        if (known.filter(({ method }) => method === 'passkey').length >= MOST_PASSKEYS) return 'refused'
        if (only !== undefined && !(await only(within, known))) return 'refused'
        const added = await credentials.add(
          account.id,
          { id: newRowId(), method: 'passkey', data, label },
          at,
        )
        if (!added) throw new Taken()
        await record(createEvent(origin, { ...about(account), type: 'mfa.enrolled' }, at))
        return data
      })
      .catch((error: unknown) => {
        if (error instanceof Taken) return 'taken'
        throw error
      })
  }

/** Takes back what else was changed in the same step. */
class Taken extends Error {}

/** The same in a sign-in. */
export function createPasskeyEnrolment(use: EnrolPasskeyUse): Enrolment {
  const [ask, enrol] = [askForPasskey(use), enrolPasskey(use)]
  return {
    begin: (person, by) => ask(person, { by, silent: false }),
    confirm: async (account, by, { response }, { origin, only }) => {
      const enrolled = await enrol(account, { by, response }, origin, only)
      return typeof enrolled === 'string'
        ? { ok: false, reason: enrolled }
        : { ok: true, proven: provenByMaking(enrolled) }
    },
  }
}

const about = ({ sub: subject, email: name }: Account) => ({
  ...{ subject, name, actor: `user:${subject}` },
  details: { method: 'passkey' as const },
})
