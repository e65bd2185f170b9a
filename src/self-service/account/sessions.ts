/** `/account/sessions`: where somebody is signed in. Each can be ended, or all but this one. */
import type { Origin } from '../../audit/event.ts'
import type { AccountSession } from '../../pages/account-models.ts'
import { AppError } from '../../shared/app-error.ts'
import type { AccountPage, Visit } from './page.ts'

/** A session of a person. Its `id` is public: it opens nothing, and no cookie holds it. */
export interface SignedInPlace {
  id: string
  device: Pick<AccountSession, 'label' | 'browser' | 'system' | 'kind' | 'country' | 'lastSeenAt'> | undefined
  /** Names of those that have something of it. */
  clients: string[]
  /** Epoch ms. */
  signedInAt: number | undefined
  lastSeenAt: number | undefined
}

export interface SessionsUse {
  sessionsOf: (sub: string) => Promise<SignedInPlace[]>
  endSession: (sub: string, session: string, origin: Origin) => Promise<void>
}

/** More are counted, not shown. */
const MOST = 100

export function createSessionsPage(use: SessionsUse): AccountPage {
  const page: AccountPage = {
    path: '/account/sessions',
    entry: { group: 'access', icon: 'screen', title: 'account.sessions.title' },
    show: async (visit) => {
      const places = await use.sessionsOf(visit.session.sub)
      const sessions = thisFirst(places.map((place) => shown(place, visit)))
      visit.show('account-sessions', {
        sessions: sessions.slice(0, MOST),
        more: Math.max(0, sessions.length - MOST),
      })
    },
    submit: async (visit, form) => {
      const { session, origin } = visit
      const others = (await use.sessionsOf(session.sub)).filter(({ id }) => id !== session.id)
      if (form['others'] === 'end') {
        for (const { id } of others) await use.endSession(session.sub, id, origin)
        return visit.done('others_ended')
      }
      // Whatever is not among the person's own is nobody's, whoever's it is.
      if (!others.some(({ id }) => id === form['end']))
        throw new AppError('not_found', 'There is no such session.')
      await use.endSession(session.sub, String(form['end']), origin)
      visit.done('session_ended')
    },
  }
  return page
}

const thisFirst = (sessions: AccountSession[]): AccountSession[] =>
  sessions.toSorted((a, b) => Number(b.current) - Number(a.current))

function shown(
  { id, device, clients, signedInAt, lastSeenAt }: SignedInPlace,
  { session }: Visit,
): AccountSession {
  const { label, browser, system, kind, country, lastSeenAt: deviceSeenAt } = device ?? {}
  const seen = Math.max(lastSeenAt ?? 0, signedInAt ?? 0, deviceSeenAt ?? 0)
  return {
    ...{ id, clients, current: id === session.id },
    ...{ label, browser, system, kind, country },
    signedInAt,
    lastSeenAt: seen === 0 ? undefined : seen,
  }
}
