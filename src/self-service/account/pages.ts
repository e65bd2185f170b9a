/** Every page at `/account`, in the order of the navigation. */
import { type ApplicationsUse, createApplicationsPage } from './applications.ts'
import { createOverviewPage } from './overview.ts'
import type { AccountPage } from './page.ts'
import { createPasswordPage, type PasswordUse } from './password.ts'
import { createSessionsPage, type SessionsUse } from './sessions.ts'

export interface AccountPagesUse extends PasswordUse, SessionsUse, ApplicationsUse {}

export function createAccountPages(use: AccountPagesUse): readonly AccountPage[] {
  const pages = [createPasswordPage(use), createSessionsPage(use), createApplicationsPage(use)]
  return [createOverviewPage(pages), ...pages]
}
