import type { AccountIdentitiesModel, AccountIdentity } from '../account-identity-models.ts'
import { safeText } from '../safe-text.ts'
import { type Alert, EMAIL, NAME, namePiece, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

type Fault = NonNullable<AccountIdentitiesModel['error']>

export function accountIdentities(model: AccountIdentitiesModel, use: ViewUse): View {
  const { frame, identities, connectors, error } = model
  return inAccount(frame, use, {
    template: 'self-service/account/identities',
    title: use.t('account.identities.title'),
    purpose: use.t('account.identities.purpose'),
    failed: error !== undefined,
    data: {
      identities: identities.map((identity) => line(identity, use)),
      connectors: connectors.map(({ slug, name }) => ({ slug, name: safeText(name, NAME) })),
      alert: error && alertFor(error, use),
    },
  })
}

function alertFor({ kind, connector }: Fault, use: ViewUse): Alert {
  const values = { connector: namePiece(connector) }
  return {
    lead: use.rich(`account.identities.error.${kind}.lead`, values),
    text: use.t(`account.identities.error.${kind}.text`),
  }
}

function line({ id, connector, usable, label, createdAt, lastUsedAt }: AccountIdentity, use: ViewUse) {
  const called = safeText(label ?? '', EMAIL)
  return {
    ...{ id, name: safeText(connector, NAME) },
    off: !usable && use.rich('account.identities.off', { host: use.host }),
    effect: use.rich('account.identities.disconnect.effect', { connector: namePiece(connector) }),
    facts: [
      ...(called === '' ? [] : [called]),
      use.t('account.identities.connected', { at: use.minute(createdAt) }),
      lastUsedAt === undefined
        ? use.t('account.identities.unused')
        : use.t('account.identities.used', { at: use.minute(lastUsedAt) }),
    ],
  }
}
