/** `/account/activity`: what happened to an account lately, from the audit trail, in words. */
import type { EventType } from '../../audit/catalogue.ts'
import type { RecentEvent, RecentEvents } from '../../audit/recent-events.ts'
import type { AccountActivity, ActivityWord } from '../../pages/account-models.ts'
import type { Clock } from '../../shared/clock.ts'
import type { AccountPage } from './page.ts'

/** What people are told of, and as what; the rest is for operators. */
const WORDS = {
  'login.succeeded': 'signed_in',
  'login.failed': 'sign_in_failed',
  'login.disowned': 'disowned',
  'mfa.enrolled': 'factor_added',
  'mfa.removed': 'factor_removed',
  'mfa.reset': 'factors_reset',
  'mfa.recovery_used': 'recovery_used',
  'mfa.failed': 'factor_failed',
  'password.reset_asked': 'reset_asked',
  'password.set': 'password_set',
  'password.removed': 'password_removed',
  'password.change_refused': 'password_refused',
  'user.updated': 'profile_changed',
  'user.tokens_revoked': 'signed_out_everywhere',
  'session.ended': 'signed_out',
  'session.revoked': 'session_ended',
  'device.revoked': 'device_ended',
  'consent.given': 'access_given',
  'consent.revoked': 'access_taken_back',
  'token.reuse_detected': 'token_reused',
} as const satisfies Partial<Record<EventType, ActivityWord>>

type Told = keyof typeof WORDS
const TOLD = Object.keys(WORDS) as Told[]
const isTold = (type: string): type is Told => Object.hasOwn(WORDS, type)

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
  if (!isTold(type)) throw new Error(`nobody asked for ${type}`)
  return {
    what: WORDS[type],
    ...{ at, byOperator, country },
    address: country === undefined ? ip : undefined,
    client: client === undefined ? undefined : await use.clientName(client),
    // Of what operators do, their own program would be named.
    ...(byOperator ? {} : use.readUserAgent(userAgent)),
  }
}
