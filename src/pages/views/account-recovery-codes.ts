import type { AccountRecoveryCodesModel } from '../account-factor-models.ts'
import type { View, ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'
import { newCodes } from './new-codes.ts'

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
      shown: shown && newCodes(shown, frame.account, use),
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
