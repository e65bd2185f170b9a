/** Every page at `/account`, in the order of the navigation. */
import { createOverviewPage } from './overview.ts'
import type { AccountPage } from './page.ts'

export function createAccountPages(): readonly AccountPage[] {
  const pages: AccountPage[] = []
  return [createOverviewPage(pages), ...pages]
}
