/** Models of what people see of who they are elsewhere, for the gallery. */
import type { AccountIdentitiesModel } from './account-identity-models.ts'
import type { AccountLine, AccountOverviewModel } from './account-models.ts'
import { frameAt, signedInAt } from './gallery-account.ts'
import { csrf, email, longName, passwordAsked, signIn } from './gallery-samples.ts'
import type { CodeModel, ConnectorWay, PasswordModel, SignInModel } from './models.ts'

const way = (name: string, slug: string): ConnectorWay => ({ name, href: `/federation/${slug}/sign-in` })

const many = [
  ...['Acme', 'Birch & Sons', 'City of Utrecht', 'Deutsche Waldpflege', 'Ebb Tide', 'Fathom'],
  ...['Gull Ferries', longName, 'Inkwell', 'جامعة الميناء', 'Kelp', 'Longshore'],
].map((name, n) => way(name, `c${n}`))

export const signInElsewhere: SignInModel = {
  ...{ ...signIn, ways: ['passkey', 'identity', 'email-code'], last: 'identity' },
  connectors: [way('Acme', 'acme'), way(longName, 'lighthouses')],
}
export const signInElsewhereAlone: SignInModel = {
  ...{ ...signIn, ways: ['identity'], nameless: true, last: 'identity' },
  connectors: [way('Acme', 'acme')],
}
export const signInElsewhereMany: SignInModel = { ...signInElsewhere, connectors: many }
/** Where none can be asked. */
export const signInElsewhereNone: SignInModel = { ...signIn, ways: ['passkey', 'identity'], connectors: [] }

export const passwordElsewhere: PasswordModel = {
  ...{ ...passwordAsked, ways: ['passkey', 'identity', 'email-code'] },
  connectors: [way('Acme', 'acme')],
}
export const codeElsewhere: CodeModel = {
  ...{ csrf, account: { email }, method: 'email-code', sending: { unsent: false, againIn: 0 } },
  ...{ ways: ['password', 'identity'], connectors: [way('Acme', 'acme')] },
}

const identity = { connector: 'Acme', usable: true, createdAt: signedInAt, lastUsedAt: undefined }
const acme = { slug: 'acme', name: 'Acme' }

export const identities: AccountIdentitiesModel = {
  frame: frameAt('/account/identities'),
  identities: [
    { ...identity, id: '1', label: 'mira@acme.example', lastUsedAt: signedInAt + 3_600_000 },
    { ...identity, id: '2', label: undefined },
    { ...identity, id: '3', connector: longName, label: 'mira.okafor@lighthouses.example', usable: false },
  ],
  connectors: [acme, { slug: 'birch', name: 'Birch & Sons' }],
}
export const noIdentities: AccountIdentitiesModel = { ...identities, identities: [] }
/** Where nothing more can be connected. */
export const identitiesLeft: AccountIdentitiesModel = {
  frame: { ...identities.frame, alert: 'needed' },
  identities: identities.identities.slice(2),
  connectors: [],
}

const line = (says: AccountLine): AccountOverviewModel['summaries'] => [
  {
    ...{ group: 'sign_in', icon: 'link', title: 'account.identities.title', href: '/account/identities' },
    ...says,
  },
]
export const identityLines: readonly AccountOverviewModel['summaries'][] = [
  line({ says: 'account.identities.none' }),
  line({ says: 'account.identities.count', values: { identities: 2 } }),
]
