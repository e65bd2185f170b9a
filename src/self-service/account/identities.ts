/**
 * `/account/identities`: who somebody is elsewhere, and signs in by it here. It is there where something can be connected, and
 * for whoever has: what is kept of a person they can take away. Connecting ends elsewhere; who comes back is led here, with
 * what became of it (`src/federation`).
 */
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import { MOST_IDENTITIES } from '../../methods/identity/link.ts'
import type { AccountIdentitiesModel, AccountIdentity } from '../../pages/account-identity-models.ts'
import { AppError } from '../../shared/app-error.ts'
import type { AccountPage, Visit } from './page.ts'
import { HOME } from './return-to.ts'

export type ConnectedIdentity = AccountIdentity

export interface IdentitiesUse {
  /** Where people may connect something now, by their names. */
  connectors: () => Promise<{ slug: string; name: string }[]>
  identitiesOf: (account: Account) => Promise<ConnectedIdentity[]>
  /** Where the person goes on, elsewhere; undefined where it can't be asked now. */
  connect: (visit: Visit, slug: string) => Promise<{ name: string; href: string } | undefined>
  disconnect: (account: Account, id: string, origin: Origin) => Promise<'removed' | 'needed' | undefined>
}

export const IDENTITIES = '/account/identities'

/** Of what was begun here: why it came to nothing, and the slug of where. */
interface Failed {
  kind: NonNullable<AccountIdentitiesModel['error']>['kind']
  at: string
}

const STATUS: Record<Failed['kind'], number> = { taken: 400, declined: 400, failed: 503 }

export function createIdentitiesPage(use: IdentitiesUse): AccountPage {
  return {
    path: IDENTITIES,
    entry: { group: 'sign_in', icon: 'link', title: 'account.identities.title' },
    isThere: (account) => isThere(use, account),
    fresh: 'changes',
    show: (visit) => show(use, visit, saidIn(visit)),
    submit: (visit, { connect: slug, remove: id }) => {
      if (slug !== undefined) return connect(use, visit, slug)
      if (id !== undefined) return disconnect(use, visit, id)
      throw new AppError('bad_request', 'This form can not be read.')
    },
    summary: async ({ account }) => {
      const { length: identities } = await use.identitiesOf(account)
      return identities === 0
        ? { says: 'account.identities.none' }
        : { says: 'account.identities.count', values: { identities } }
    },
  }
}

const isThere = async (use: IdentitiesUse, account: Account): Promise<boolean> =>
  (await use.connectors()).length > 0 || (await use.identitiesOf(account)).length > 0

/** By the address that one comes back to; a form of the page is sent to it, too, and says nothing of it again. */
function saidIn({ ctx }: Visit): Failed | undefined {
  const { error: kind, at } = ctx.query
  if (ctx.method !== 'GET' || typeof at !== 'string') return undefined
  return kind === 'taken' || kind === 'declined' || kind === 'failed' ? { kind, at } : undefined
}

/** With as many as one may have, no other is offered. */
const isFull = ({ length }: readonly ConnectedIdentity[]): boolean => length >= MOST_IDENTITIES

async function show(use: IdentitiesUse, visit: Visit, failed?: Failed): Promise<void> {
  const connectors = await use.connectors()
  const identities = await use.identitiesOf(visit.account)
  // Whoever makes such an address up gets no words of their own onto the page.
  const where = connectors.find(({ slug }) => slug === failed?.at)
  const error = failed && where && { kind: failed.kind, connector: where.name }
  visit.show(
    'account-identities',
    { identities, connectors: isFull(identities) ? [] : connectors, ...(error && { error }) },
    error && { status: STATUS[error.kind] },
  )
}

async function connect(use: IdentitiesUse, visit: Visit, slug: string): Promise<void> {
  const connectors = await use.connectors()
  const isOffered = connectors.some((connector) => connector.slug === slug)
  if (!isOffered || isFull(await use.identitiesOf(visit.account)))
    throw new AppError('not_found', 'There is nothing like that to connect.')
  const to = await use.connect(visit, slug)
  if (to === undefined) await show(use, visit, { kind: 'failed', at: slug })
  else visit.goOn(to)
}

async function disconnect(use: IdentitiesUse, visit: Visit, id: string): Promise<void> {
  const { account, origin } = visit
  const outcome = await use.disconnect(account, id, origin)
  if (outcome === undefined) throw new AppError('not_found', 'There is nothing like that in your account.')
  if (outcome === 'needed') await visit.refuse('needed')
  // With the last one the page may be gone.
  else visit.done('identity_unlinked', (await isThere(use, account)) ? IDENTITIES : HOME)
}
