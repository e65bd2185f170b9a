import type { AccountLine, AccountOverviewModel } from '../account-models.ts'
import { safeText } from '../safe-text.ts'
import { accountFace, NAME, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

export function accountOverview(model: AccountOverviewModel, use: ViewUse): View {
  const { frame, name, emailVerified, offersPasskey, summaries } = model
  return inAccount(frame, use, {
    template: 'self-service/account/overview',
    title: use.t('account.overview.title'),
    purpose: use.t('account.overview.purpose'),
    data: {
      person: { ...accountFace(model), name: name === undefined ? '' : safeText(name, NAME), emailVerified },
      offersPasskey,
      lines: summaries.map((line) => ({
        ...{ href: line.href, icon: line.icon, warns: line.warns === true },
        title: use.t(line.title),
        says: said(line, use),
      })),
    },
  })
}

const said = ({ says, values, at }: AccountLine, use: ViewUse): string =>
  use.t(says, { ...values, ...(at === undefined ? {} : { at: use.minute(at) }) })
