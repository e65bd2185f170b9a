/** An identity elsewhere is connected with an account by its person, who has just proven to be it, and taken away. */
import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import type { Credential, Person } from '../../accounts/person.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import { readLabel } from '../label.ts'
import { identityIn, type StoredIdentity } from './stored.ts'

export interface LinkUse {
  accounts: Pick<AccountsRepository, 'atomically'>
  clock: Clock
}

/** As many as one may have. */
export const MOST_IDENTITIES = 20

/** `called`: what the person is called there. `slug`: of the connector, for the trail. */
export interface ToLink {
  identity: StoredIdentity
  called: string | undefined
  slug: string
}

/** `taken`: it is connected already, with this account or another; `gone`: the account is, or everything of it was ended. */
export const linkIdentity =
  ({ accounts, clock }: LinkUse) =>
  (
    account: Pick<Account, 'id' | 'epoch'>,
    { identity, called, slug }: ToLink,
    origin: Origin,
  ): Promise<'linked' | 'taken' | 'gone'> =>
    accounts.atomically(async ({ users, credentials, record }) => {
      if (!(await users.lock(account.id))) return 'gone'
      const now = await users.find(account.id)
      if (now === undefined || now.disabled || now.epoch !== account.epoch) return 'gone'
      const known = await credentials.of(account.id)
      if (known.filter(({ method }) => method === 'identity').length >= MOST_IDENTITIES) return 'taken'
      const at = clock.now()
      const { connector, issuer, subject } = identity
      const added = await credentials.add(
        account.id,
        {
          ...{ id: newRowId(), method: 'identity', data: { connector, issuer, subject } },
          label: readLabel(called),
        },
        at,
      )
      if (!added) return 'taken'
      const details = { connector: slug }
      await record(createEvent(origin, { type: 'identity.linked', ...about(now), details }, at))
      return 'linked'
    })

export interface UnlinkUse extends LinkUse {
  /** Whether a person can still sign in as policy has it. */
  suffices: (person: Person) => boolean
  /** What connectors are called in addresses, by their ids. */
  slugs: () => Promise<ReadonlyMap<string, string>>
}

/** `needed`: its person could not sign in without it. Undefined where the account has none of this id. */
export const unlinkIdentity =
  ({ accounts, suffices, slugs, clock }: UnlinkUse) =>
  async (account: Account, id: string, origin: Origin): Promise<'removed' | 'needed' | undefined> => {
    const known = await slugs()
    return accounts.atomically(async ({ users, credentials, record }) => {
      // Two that are taken away at once would each find the other.
      if (!(await users.lock(account.id))) return undefined
      const all = await credentials.of(account.id)
      const removed = all.find((one) => one.method === 'identity' && one.id === id)
      if (removed === undefined) return undefined
      const left = all.filter((one) => one !== removed)
      const suffice = (credentials: Credential[]): boolean => suffices({ account, credentials })
      if (isLastWay(left) || (suffice(all) && !suffice(left))) return 'needed'
      await credentials.remove(account.id, 'identity', id)
      const details = { connector: known.get(identityIn(removed)?.connector ?? '') ?? '' }
      await record(
        createEvent(origin, { type: 'identity.unlinked', ...about(account), details }, clock.now()),
      )
      return 'removed'
    })
  }

/** Without a password, a passkey or another identity nobody would come in. */
const isLastWay = (left: readonly Credential[]): boolean =>
  !left.some(({ method }) => method === 'password' || method === 'passkey' || method === 'identity')

const about = ({ sub: subject, email: name }: Pick<Account, 'sub' | 'email'>) => ({
  ...{ subject, name, actor: `user:${subject}` },
})
