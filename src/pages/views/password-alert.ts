import type { PasswordFault } from '../models.ts'
import type { Alert, ViewUse } from '../view.ts'

/** Why a new password is refused, and what to do instead. */
export const passwordAlert = (fault: PasswordFault, minLength: number, { t }: ViewUse): Alert => ({
  lead: t(`password.refused.${fault}.lead`),
  text: t(`password.refused.${fault}.text`, { min: minLength }),
})
