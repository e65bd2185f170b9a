/** Each mail in words: one text for both of its forms, so that they can't say different things. */
import type { MailModels, MailName } from './mail-models.ts'
import type { MailView } from './mail-parts.ts'
import { accountChanged } from './mail-views/account-changed.ts'
import { accountDeleted, deletionAsked } from './mail-views/deletion.ts'
import { emailChange, emailChanged, emailChangeKnown, verifyEmail } from './mail-views/email-change.ts'
import { noticed } from './mail-views/noticed.ts'
import { passwordReset } from './mail-views/password-reset.ts'
import { registration, registrationKnown } from './mail-views/registration.ts'
import { reuseDetected } from './mail-views/reuse-detected.ts'
import { codesSuppressed, signInCode } from './mail-views/sign-in-code.ts'
import type { ViewUse } from './view.ts'

export const MAIL_VIEWS: { [N in MailName]: (model: MailModels[N], use: ViewUse) => MailView } = {
  'reuse-detected': reuseDetected,
  noticed,
  'password-reset': passwordReset,
  registration,
  'registration-known': registrationKnown,
  'verify-email': verifyEmail,
  'email-change': emailChange,
  'email-change-known': emailChangeKnown,
  'email-changed': emailChanged,
  'deletion-asked': deletionAsked,
  'account-deleted': accountDeleted,
  'account-changed': accountChanged,
  'sign-in-code': signInCode,
  'codes-suppressed': codesSuppressed,
}
