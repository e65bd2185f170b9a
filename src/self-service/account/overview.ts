import { AppError } from '../../shared/app-error.ts'
import { mayOfferPasskey, type OfferPasskeyUse } from './offer-passkey.ts'
import type { AccountPage, Visit } from './page.ts'
import { HOME } from './return-to.ts'

/** Who somebody is here, and what the other pages have to say. */
export function createOverviewPage(use: OfferPasskeyUse, others: readonly AccountPage[]): AccountPage {
  return {
    path: HOME,
    entry: { group: 'you', icon: 'place', title: 'account.overview.title' },
    show: async (visit) => {
      const { name, email, emailVerified } = visit.account
      const lines = await Promise.all(others.map((page) => lineOf(page, visit)))
      visit.show('account', {
        ...{ email, emailVerified, summaries: lines.flatMap((line) => line ?? []) },
        ...(name !== undefined && { name }),
        offersPasskey: await mayOfferPasskey(use, visit),
      })
    },
    submit: async ({ ctx, session, done }, form) => {
      if (form['action'] !== 'not_now') throw new AppError('bad_request', 'This form can not be read.')
      use.notNow.note(ctx.res, ctx.headers.cookie, session.sub)
      done('passkey_not_now')
    },
  }
}

async function lineOf({ path: href, entry, summary }: AccountPage, visit: Visit) {
  const line = await summary?.(visit)
  return line === undefined || entry === undefined ? undefined : { href, ...entry, ...line }
}
