import type { AccountNavigation } from '../../pages/account-models.ts'
import type { AccountPage } from './page.ts'

/** The pages that have an entry; a page without one lights that whose path is the beginning of its own. */
export function navigationAt(
  pages: readonly Pick<AccountPage, 'path' | 'entry'>[],
  path: string,
): AccountNavigation[] {
  const entries = pages.flatMap(({ path: href, entry }) => (entry === undefined ? [] : [{ href, ...entry }]))
  const above = entries.filter(({ href }) => path === href || path.startsWith(`${href}/`))
  const current = above.toSorted((a, b) => b.href.length - a.href.length)[0]
  return entries.map((entry) => ({ ...entry, current: entry === current }))
}
