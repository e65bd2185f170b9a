/**
 * Who somebody is elsewhere, as another server says it. It counts as what they know: how they prove it there is not asked,
 * so whoever has a second factor here is asked for that too. Whose it is here was said by its person, signed in, when they
 * connected the two (`link.ts`); an address that is told along is looked at by nobody.
 */
import type { JsonObject } from '../../../adapters/contract.ts'
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import { credentialsOf, type Person } from '../../accounts/person.ts'
import type { UsersRepository } from '../../accounts/users-repository.ts'
import type { Answer, Asked, HowNew, Method, Reason, Verdict } from '../method.ts'
import { identityIn, type StoredIdentity } from './stored.ts'

export interface IdentityUse {
  persons: Pick<UsersRepository, 'findPersonByIdentity'>
  credentials: Pick<CredentialsRepository, 'use'>
  /** Undefined where there is no such connector, or it can't be asked now. */
  begin: (
    connector: string,
    howNew: HowNew,
  ) => Promise<{ url: string; state: string; kept: JsonObject } | undefined>
  finish: (kept: JsonObject, returned: NonNullable<Answer['returned']>) => Promise<Found>
  /** As long as a session lasts at most, seconds: one that was begun elsewhere before that could not begin here. */
  sessionMost: number
}

type Found =
  | { ok: true; identity: StoredIdentity; since: number | undefined }
  | {
      ok: false
      reason: Extract<Reason, 'declined' | 'issuer_mismatch' | 'wrong_response' | 'not_fresh' | 'away'>
    }

export const createIdentity = (use: IdentityUse): Method => ({
  id: 'identity',
  role: 'first',
  factors: ['knowledge'],
  phishingResistant: false,
  identifies: true,
  elsewhere: true,
  ready: (person) => identitiesOf(person).length > 0,
  challenge: async ({ connector, howNew }) => {
    if (connector === undefined) return undefined
    const { sessionMost } = use
    const begun = await use.begin(connector, {
      strict: howNew?.strict ?? false,
      maxAge: Math.min(howNew?.maxAge ?? sessionMost, sessionMost),
    })
    return begun && { kept: begun.kept, shown: { url: begun.url, state: begun.state } }
  },
  verify: (asked, answer) => verify(use, asked, answer),
})

export const identitiesOf = (person: Person) =>
  credentialsOf(person, 'identity').flatMap((credential) => {
    const stored = identityIn(credential)
    return stored === undefined ? [] : [{ credential, stored }]
  })

async function verify(use: IdentityUse, { kept, now }: Asked, { returned }: Answer): Promise<Verdict> {
  if (kept === undefined || returned === undefined) return { ok: false, reason: 'no_challenge' }
  const found = await use.finish(kept, returned)
  if (!found.ok) return found
  const { identity, since } = found
  const person = await use.persons.findPersonByIdentity(identity)
  const own = person && identitiesOf(person).find(({ stored }) => isSame(stored, identity))
  if (person === undefined || own === undefined) return { ok: false, reason: 'unknown' }
  // For its person to see when; nothing is decided by it.
  await use.credentials.use(own.credential.id, own.credential.data, own.credential.data, now)
  const proven = { factors: ['knowledge'], amr: ['fed'], phishingResistant: false, since } as const
  return { ok: true, person, proven }
}

const isSame = (a: StoredIdentity, b: StoredIdentity): boolean =>
  a.connector === b.connector && a.issuer === b.issuer && a.subject === b.subject
