/** Models of the pages at `/account`, for the gallery. */
import type { AccountFrame, AccountNavigation, AccountOverviewModel } from './account-models.ts'
import { csrf, email } from './gallery-samples.ts'

const navigation: AccountNavigation[] = [
  { group: 'you', icon: 'user', title: 'account.overview.title', href: '/account', current: true },
]

export const accountFrame: AccountFrame = { csrf, account: { email, name: 'Mira Okafor' }, navigation }

export const overview: AccountOverviewModel = {
  frame: accountFrame,
  name: 'Mira Okafor',
  email,
  emailVerified: true,
  summaries: [],
}

/** Of whom nothing is known but an address, and that a long one. */
const longEmail = `${'mira.'.repeat(30)}okafor@example.com`
export const unnamed: Omit<AccountOverviewModel, 'summaries'> = {
  frame: { csrf, account: { email: longEmail }, navigation },
  name: '',
  email: longEmail,
  emailVerified: false,
}
