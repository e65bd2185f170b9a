/** Every page at `/account`, in the order of the navigation. */
import { type ActivityUse, createActivityPage } from './activity.ts'
import { type ApplicationsUse, createApplicationsPage } from './applications.ts'
import { type AuthenticatorUse, createAuthenticatorPage } from './authenticator.ts'
import { createDeletePage, type DeleteUse } from './delete.ts'
import { createEmailPage, type EmailUse } from './email.ts'
import { createIdentitiesPage, type IdentitiesUse } from './identities.ts'
import type { OfferPasskeyUse } from './offer-passkey.ts'
import { createOverviewPage } from './overview.ts'
import type { AccountPage } from './page.ts'
import { createPasskeysPage, type PasskeysUse } from './passkeys.ts'
import { createPasswordPage, type PasswordUse } from './password.ts'
import { createPhonePage, type PhoneUse } from './phone.ts'
import { createProfilePage, type ProfileUse } from './profile.ts'
import { createRecoveryCodesPage, type RecoveryCodesUse } from './recovery-codes.ts'
import { createSessionsPage, type SessionsUse } from './sessions.ts'
import {
  type ConfirmEmailPageUse,
  createConfirmEmailPage,
  createVerifyEmailPage,
  type VerifyEmailPageUse,
} from './verify-email.ts'

export interface AccountPagesUse
  extends OfferPasskeyUse,
    ProfileUse,
    PasswordUse,
    PasskeysUse,
    IdentitiesUse,
    AuthenticatorUse,
    PhoneUse,
    RecoveryCodesUse,
    SessionsUse,
    ApplicationsUse,
    ActivityUse,
    EmailUse,
    DeleteUse,
    VerifyEmailPageUse,
    ConfirmEmailPageUse {}

export function createAccountPages(use: AccountPagesUse): readonly AccountPage[] {
  const pages = [
    createProfilePage(use),
    createEmailPage(use),
    createDeletePage(use),
    createVerifyEmailPage(use),
    createConfirmEmailPage(use),
    createPasswordPage(use),
    createPasskeysPage(use),
    createIdentitiesPage(use),
    createAuthenticatorPage(use),
    createPhonePage(use),
    createRecoveryCodesPage(use),
    createSessionsPage(use),
    createApplicationsPage(use),
    createActivityPage(use),
  ]
  return [createOverviewPage(use, pages), ...pages]
}
