/** What the pages at `/account` are told: the frame that all of them stand in, and each page's own. */
import type { MessageKey } from './locales.ts'
import type { Plain } from './messages.ts'

export const ACCOUNT_GROUPS = ['you', 'sign_in', 'access'] as const

/** Where a page stands in the navigation. */
export interface AccountEntry {
  group: (typeof ACCOUNT_GROUPS)[number]
  icon: string
  title: MessageKey
}

export interface AccountNavigation extends AccountEntry {
  href: string
  current: boolean
}

/** What the page before has done; said by `account.done.*`. */
export const ACCOUNT_DONE = ['session_ended', 'others_ended'] as const
export type AccountDone = (typeof ACCOUNT_DONE)[number]
export const isAccountDone = (word: unknown): word is AccountDone =>
  ACCOUNT_DONE.some((known) => known === word)

/** What keeps any page from being served as asked: a form that was not this session's. */
export type AccountAlert = 'forbidden'

export interface AccountFrame {
  csrf: string
  account: { email: string; name?: string }
  navigation: AccountNavigation[]
  done?: AccountDone
  alert?: AccountAlert
}

/** One page in a few words, for the overview. */
export interface AccountLine {
  /** What there is; `at` in it is a time, epoch ms. */
  says: MessageKey
  values?: Plain
  at?: number
  /** Something to look at. */
  warns?: boolean
}

export interface AccountOverviewModel {
  frame: AccountFrame
  name?: string
  email: string
  emailVerified: boolean
  /** Of pages that have something to say. */
  summaries: (AccountLine & AccountEntry & { href: string })[]
}

export interface AccountPageModels {
  account: AccountOverviewModel
}
