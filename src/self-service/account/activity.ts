/** `/account/activity`: what happened to an account lately, from the audit trail, in words. */
import { isEventType } from '../../audit/catalogue.ts'
import type { RecentEvent, RecentEvents } from '../../audit/recent-events.ts'
import type { AccountActivity } from '../../pages/account-models.ts'
import type { Clock } from '../../shared/clock.ts'
import { ACTIVITY_WORDS, TOLD } from './activity-words.ts'
import type { AccountPage } from './page.ts'

export interface ActivityUse {
  recentEvents: RecentEvents
  /** A client's name, by its id. */
  clientName: (clientId: string) => Promise<string>
  readUserAgent: (header: string | undefined) => { browser?: string; system?: string }
  clock: Clock
}

const LASTS = 90 * 24 * 60 * 60 * 1000
const PAGE = 25

export const createActivityPage = (use: ActivityUse): AccountPage => ({
  path: '/account/activity',
  entry: { group: 'access', icon: 'list', title: 'account.activity.title' },
  show: async (visit) => {
    const { ctx, session } = visit
    const before = readCursor(ctx.query['before'])
    const since = use.clock.now() - LASTS
    const found = await use.recentEvents(session.sub, { types: TOLD, since, before, limit: PAGE + 1 })
    const shown = found.slice(0, PAGE)
    const last = shown.at(-1)
    visit.show('account-activity', {
      events: await Promise.all(shown.map((event) => toActivity(use, event))),
      newest: before === undefined,
      ...(found.length > PAGE && last && { older: `${last.at}.${last.id}` }),
    })
  },
})

const CURSOR = /^(\d{13})\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/

/** Where a page begins; anything but what a page of ours said is the newest. */
function readCursor(value: unknown): { at: number; id: string } | undefined {
  const [, at, id] = typeof value === 'string' ? (CURSOR.exec(value) ?? []) : []
  return at === undefined || id === undefined ? undefined : { at: Number(at), id }
}

async function toActivity(use: ActivityUse, event: RecentEvent): Promise<AccountActivity> {
  const { type, at, byOperator, client, country, ip, userAgent } = event
  const what = isEventType(type) ? ACTIVITY_WORDS[type] : undefined
  if (!what) throw new Error(`nobody asked for ${type}`)
  return {
    what,
    ...{ at, byOperator, country },
    address: country === undefined ? ip : undefined,
    client: client === undefined ? undefined : await use.clientName(client),
    // Of what operators do, their own program would be named.
    ...(byOperator ? {} : use.readUserAgent(userAgent)),
  }
}
