/** `/account/applications`: which clients have something of a person, and taking it back. */
import type { Origin } from '../../audit/event.ts'
import type { Consent } from '../../consents/consents-repository.ts'
import type { AccountApplication } from '../../pages/account-models.ts'
import { AppError } from '../../shared/app-error.ts'
import type { AccountPage } from './page.ts'

export interface ConnectedApplication {
  /** `client_id`. */
  id: string
  name: string
  /** A path of ours. */
  logo?: string
  /** Undefined for one of the operator's own, which nobody is asked about. */
  consent: Consent | undefined
  /** Epoch ms. */
  since: number | undefined
  lastSeenAt: number | undefined
}

export const APPLICATIONS = '/account/applications'

export interface ApplicationsUse {
  applicationsOf: (sub: string) => Promise<ConnectedApplication[]>
  /** False where there was nothing to take back. */
  takeBack: (sub: string, clientId: string, origin: Origin) => Promise<boolean>
}

export const createApplicationsPage = (use: ApplicationsUse): AccountPage => ({
  path: APPLICATIONS,
  entry: { group: 'access', icon: 'app', title: 'account.applications.title' },
  show: async (visit) => {
    const all = await use.applicationsOf(visit.session.sub)
    visit.show('account-applications', { applications: all.map(shown).toSorted(byName) })
  },
  submit: async (visit, form) => {
    const { session, origin } = visit
    const taken = form['take_back'] ?? ''
    if (taken === '' || !(await use.takeBack(session.sub, taken, origin)))
      throw new AppError('not_found', 'There is no such application.')
    visit.done('access_taken_back')
  },
})

const byName = (a: AccountApplication, b: AccountApplication): number =>
  COLLATOR.compare(a.client.name, b.client.name)

const COLLATOR = new Intl.Collator()

function shown({ id, name, logo, consent, since, lastSeenAt }: ConnectedApplication): AccountApplication {
  const item = (scope: string) => ({ name: scope, isNew: false })
  return {
    id,
    client: { name, ...(logo !== undefined && { logo }) },
    since,
    lastSeenAt,
    ...(consent !== undefined && {
      allowed: {
        scopes: consent.scopes.map(item),
        claims: consent.claims.map(item),
        resources: Object.entries(consent.resources).map(([identifier, scopes]) => ({
          identifier,
          scopes: scopes.map(item),
        })),
      },
    }),
  }
}
