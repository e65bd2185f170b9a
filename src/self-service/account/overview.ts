import type { AccountPage, Visit } from './page.ts'
import { HOME } from './return-to.ts'

/** Who somebody is here, and what the other pages have to say. */
export function createOverviewPage(others: readonly AccountPage[]): AccountPage {
  return {
    path: HOME,
    entry: { group: 'you', icon: 'place', title: 'account.overview.title' },
    show: async (visit) => {
      const { name, email, emailVerified } = visit.account
      const lines = await Promise.all(others.map((page) => lineOf(page, visit)))
      visit.show('account', {
        ...{ email, emailVerified, summaries: lines.flatMap((line) => line ?? []) },
        ...(name !== undefined && { name }),
      })
    },
  }
}

async function lineOf({ path: href, entry, summary }: AccountPage, visit: Visit) {
  const line = await summary?.(visit)
  return line === undefined || entry === undefined ? undefined : { href, ...entry, ...line }
}
