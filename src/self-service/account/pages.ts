/** Every page at `/account`, in the order of the navigation. */
import { type ApplicationsUse, createApplicationsPage } from './applications.ts'
import { createOverviewPage } from './overview.ts'
import type { AccountPage } from './page.ts'
import { createSessionsPage, type SessionsUse } from './sessions.ts'

export interface AccountPagesUse extends SessionsUse, ApplicationsUse {}

export function createAccountPages(use: AccountPagesUse): readonly AccountPage[] {
  const pages = [createSessionsPage(use), createApplicationsPage(use)]
  return [createOverviewPage(pages), ...pages]
}
