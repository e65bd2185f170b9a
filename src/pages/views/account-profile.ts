import type { AccountProfileModel, ProfileField } from '../account-models.ts'
import { safeText } from '../safe-text.ts'
import type { View, ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

/** In the order of the form: which words a browser fills in, and by which keyboard. */
const FIELDS: readonly { name: ProfileField; autocomplete: string; type?: string; hint?: true }[] = [
  { name: 'name', autocomplete: 'name', hint: true },
  { name: 'given_name', autocomplete: 'given-name' },
  { name: 'family_name', autocomplete: 'family-name' },
  { name: 'nickname', autocomplete: 'nickname' },
  { name: 'website', autocomplete: 'url', type: 'url', hint: true },
  { name: 'zoneinfo', autocomplete: 'off', hint: true },
]

const LONGEST = 1000

export function accountProfile(model: AccountProfileModel, use: ViewUse): View {
  const { frame, values, faults } = model
  const failed = faults.length > 0
  return inAccount(frame, use, {
    template: 'self-service/account/profile',
    title: use.t('account.profile.title'),
    purpose: use.t('account.profile.purpose'),
    failed,
    data: {
      alert: failed && {
        lead: use.t('account.profile.error.lead'),
        text: use.t('account.profile.error.text'),
      },
      fields: FIELDS.map(({ name, autocomplete, type = 'text', hint }) => ({
        ...{ name, autocomplete, type, value: safeText(values[name], LONGEST) },
        label: use.t(`account.profile.${name}`),
        hint: hint && use.t(`account.profile.${name as 'name'}.hint`),
        fault: faults.includes(name) && use.t(`account.profile.${faultOf(name)}.fault`),
      })),
      locale: languageChoice(safeText(values.locale, 35), use),
    },
  })
}

const faultOf = (name: ProfileField): 'name' | 'website' | 'zoneinfo' =>
  name === 'website' || name === 'zoneinfo' ? name : 'name'

/** One that we don't speak is kept: applications may. */
function languageChoice(said: string, use: ViewUse) {
  const { languages } = use
  const isSpoken = languages.some(({ tag }) => tag === said)
  const other = said === '' || isSpoken ? [] : [{ tag: said, name: said }]
  return {
    label: use.t('account.profile.locale'),
    hint: use.t('account.profile.locale.hint'),
    options: [{ tag: '', name: use.t('account.profile.locale.none') }, ...languages, ...other].map(
      (option) => ({
        ...option,
        chosen: option.tag === said,
      }),
    ),
  }
}
