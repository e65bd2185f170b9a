import type { AccountPhoneModel } from '../account-factor-models.ts'
import { safeText } from '../safe-text.ts'
import { type Alert, NAME, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

type Model = AccountPhoneModel

/** Nobody's: of those that are kept free for stories. */
const EXAMPLE = '+44 7700 900047'

export function accountPhone(model: Model, use: ViewUse): View {
  const { frame, number, adding, error, typed = '' } = model
  const { t } = use
  const isAboutCode = error === 'wrong_code'
  return inAccount(frame, use, {
    template: 'self-service/account/phone',
    title: t('account.phone.title'),
    purpose: t('account.phone.purpose'),
    failed: error !== undefined,
    data: {
      number: number && line(number, use),
      asks: adding &&
        adding.number === undefined && {
          title: t(number === undefined ? 'account.phone.add' : 'account.phone.replace'),
          how: t(number === undefined ? 'account.phone.add.how' : 'account.phone.replace.how'),
          hint: use.rich('account.phone.number.hint', { number: { as: 'code', text: EXAMPLE } }),
          typed: safeText(typed, NAME),
          fault:
            isAboutNumber(error) && t(error === 'missing' ? 'account.phone.missing' : 'account.phone.again'),
        },
      waits: adding?.number !== undefined && {
        sent: use.rich('account.phone.sent', { number: { as: 'code', text: safeText(adding.number, NAME) } }),
        number: safeText(adding.number, NAME),
        fault: isAboutCode && t('code.again'),
        wait: Math.ceil((adding.again ?? 0) / 1000),
        waiting: t('code.resend.wait', { seconds: '{seconds}' }),
      },
      alert: error && alertFor(error, use),
    },
  })
}

const isAboutNumber = (error: Model['error']): boolean =>
  error === 'missing' || error === 'national' || error === 'malformed'

function alertFor(error: NonNullable<Model['error']>, { t }: ViewUse): Alert {
  if (typeof error === 'string')
    return { lead: t(`account.phone.error.${error}.lead`), text: t(`account.phone.error.${error}.text`) }
  return { lead: t('account.phone.error.too_many.lead'), text: t('sign-in.error.too_many.text', error) }
}

function line({ id, ends, createdAt, lastUsedAt }: NonNullable<Model['number']>, use: ViewUse) {
  return {
    id,
    name: use.rich('account.phone.ends_in', { ends: { as: 'name', text: safeText(ends, NAME) } }),
    facts: [
      use.t('account.authenticator.added', { at: use.minute(createdAt) }),
      lastUsedAt === undefined
        ? use.t('account.authenticator.unused')
        : use.t('account.authenticator.used', { at: use.minute(lastUsedAt) }),
    ],
  }
}
