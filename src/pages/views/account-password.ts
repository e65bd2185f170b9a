import type { AccountPasswordModel } from '../account-models.ts'
import { type Alert, accountFace, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'
import { passwordAlert } from './password-alert.ts'

type Fault = NonNullable<AccountPasswordModel['error']>

export function accountPassword(model: AccountPasswordModel, use: ViewUse): View {
  const { frame, setAt, minLength, error } = model
  const faults = faultyFields(error)
  const words = error?.kind === 'missing' ? 'missing' : 'again'
  return inAccount(frame, use, {
    template: 'self-service/account/password',
    title: use.t('account.password.title'),
    purpose: use.t('account.password.purpose'),
    failed: error !== undefined,
    data: {
      account: accountFace(frame.account),
      alert: error && alertFor(error, minLength, use),
      set:
        setAt === undefined
          ? use.t('account.password.none')
          : use.t('account.password.set', { at: use.minute(setAt) }),
      current: setAt !== undefined && { fault: faults.current && use.t(`sign-in.password.${words}`) },
      password: {
        label: use.t('set-password.password'),
        autocomplete: 'new-password',
        minLength,
        hint: use.t('set-password.hint', { min: minLength }),
        fault: faults.password && use.t(`set-password.${words}`),
      },
    },
  })
}

/** Both are typed anew: neither is ever sent back. */
function faultyFields(error: Fault | undefined): { current: boolean; password: boolean } {
  const kind = error?.kind
  const aside = kind === undefined || kind === 'busy' || kind === 'changed'
  return { current: !aside, password: !aside && kind !== 'wrong_password' }
}

const OURS = ['missing', 'wrong_password', 'unchanged', 'changed'] as const
const isOurs = (kind: Fault['kind']): kind is (typeof OURS)[number] => OURS.some((one) => one === kind)

function alertFor(error: Fault, minLength: number, use: ViewUse): Alert {
  if (error.kind === 'busy') return busyAlert(error.minutes, use)
  const { kind } = error
  if (!isOurs(kind)) return passwordAlert(kind, minLength, use)
  return {
    lead: use.t(`account.password.error.${kind}.lead`),
    text: use.t(`account.password.error.${kind}.text`),
  }
}

function busyAlert(minutes: number | undefined, { t }: ViewUse): Alert {
  if (minutes === undefined) return { lead: t('sign-in.error.busy.lead'), text: t('sign-in.error.busy.text') }
  const text = t('sign-in.error.too_many.text', { minutes })
  return { lead: t('sign-in.error.too_many.lead'), text }
}
