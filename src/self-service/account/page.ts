/**
 * What a page at `/account` is: a file of its own and a line in `pages.ts`. The caller owns what none may forget: who is
 * signed in, how long ago that was proven, whether a form is this browser's, what the navigation shows.
 */
import type { Context } from 'koa'
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import type {
  AccountAlert,
  AccountDone,
  AccountEntry,
  AccountFrame,
  AccountLine,
} from '../../pages/account-models.ts'
import type { GoingOnModel, PageModels, PageName } from '../../pages/models.ts'
import type { Proof } from '../../sign-in/assurance.ts'

/** A person at a page, signed in. */
export interface Visit {
  ctx: Context
  account: Account
  session: SignedIn
  /** For the events of what they change here. */
  origin: Origin
  show: ShowAccountPage
  /** The person has proven more: the session is worth it from now on. */
  prove(proof: Proof): Promise<void>
  /** The page as it is now, with what kept it from being changed. */
  refuse(alert: AccountAlert): Promise<void>
  /** After a change: to the page itself, or to another one, which says what was done. */
  done(what: AccountDone, path?: string): void
  /** On to somebody else's pages, by one of ours that says where. */
  goOn(to: GoingOnModel['to']): void
}

/** The session of the browser; `authTime`: epoch seconds of the last proof of who it is. */
export interface SignedIn {
  id: string
  sub: string
  authTime: number
  acr: string | undefined
  amr: readonly string[]
  device: string
}

/** The pages that stand in the frame of the account. */
export type AccountPageName = {
  [N in PageName]: PageModels[N] extends { frame: AccountFrame } ? N : never
}[PageName]

export type ShowAccountPage = <N extends AccountPageName>(
  name: N,
  model: Omit<PageModels[N], 'frame'>,
  options?: { status?: number; alert?: AccountAlert },
) => void

export interface AccountPage {
  /** `/account/…`, of small letters, digits and dashes. */
  path: string
  /** Its place in the navigation; a page without one belongs to that whose path its own begins with. */
  entry?: AccountEntry
  /** Whether there is such a page for somebody; for everybody unless told otherwise. */
  isThere?(account: Account): Promise<boolean>
  /**
   * What takes a sign-in of the last five minutes, with a second factor of whoever has one: the page as a whole, or only
   * what is changed on it. Who comes without is asked for one and led back to the page; what their form held is not kept.
   */
  fresh?: 'always' | 'changes'
  show(visit: Visit): Promise<void>
  /** A form of the page, which was this browser's. */
  submit?(visit: Visit, form: Record<string, string>): Promise<void>
  /** What the overview says of it; undefined for nothing. */
  summary?(visit: Visit): Promise<AccountLine | undefined>
}
