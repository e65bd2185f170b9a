import { safeText } from '../safe-text.ts'
import { accountFace, type ViewUse } from '../view.ts'

const LONGEST_CODE = 32

/** Recovery codes, this once (`parts/new-codes`). `at`: when they were made, epoch ms. */
export const newCodes = (
  { codes, at }: { codes: readonly string[]; at: number },
  account: { email: string },
  use: ViewUse,
) => ({
  codes: codes.map((code) => safeText(code, LONGEST_CODE)),
  // Whoever finds the sheet must see what it is for, and its owner which one is the newest.
  for: accountFace(account).email,
  at: use.host,
  made: use.t('account.recovery-codes.made', { at: use.minute(at) }),
  file: `recovery-codes-${new URL(use.issuer).hostname}.txt`,
})
