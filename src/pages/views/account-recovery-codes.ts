import type { AccountRecoveryCodesModel } from '../account-factor-models.ts'
import { safeText } from '../safe-text.ts'
import { accountFace, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

const LONGEST_CODE = 32

type Model = AccountRecoveryCodesModel

export function accountRecoveryCodes(model: Model, use: ViewUse): View {
  const { frame, possible, set, shown } = model
  return inAccount(frame, use, {
    template: 'self-service/account/recovery-codes',
    title: use.t('account.recovery-codes.title'),
    purpose: use.t('account.recovery-codes.purpose'),
    data: {
      possible,
      set: set && state(model, set, use),
      shown: shown && {
        codes: shown.codes.map((code) => safeText(code, LONGEST_CODE)),
        // Whoever finds the sheet must see what it is for, and its owner which one is the newest.
        for: accountFace(frame.account).email,
        at: use.host,
        made: use.t('account.recovery-codes.made', { at: use.minute(shown.at) }),
        file: `recovery-codes-${new URL(use.issuer).hostname}.txt`,
      },
    },
  })
}

function state({ of, few }: Model, { id, madeAt, left, noted }: NonNullable<Model['set']>, use: ViewUse) {
  return {
    ...{ id, noted, few: left <= few },
    left: use.t('account.recovery-codes.left', { left, of }),
    made: use.t('account.recovery-codes.made', { at: use.minute(madeAt) }),
  }
}
