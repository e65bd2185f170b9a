import type { AccountPasskeysModel } from '../account-factor-models.ts'
import { safeText } from '../safe-text.ts'
import { EMAIL, NAME, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

export function accountPasskeys(model: AccountPasskeysModel, use: ViewUse): View {
  const { frame, passkeys, most, known, error } = model
  return inAccount(frame, use, {
    template: 'self-service/account/passkeys',
    title: use.t('account.passkeys.title'),
    purpose: use.t('account.passkeys.purpose'),
    failed: error !== undefined,
    data: {
      passkeys: passkeys.map((passkey) => line(passkey, use)),
      canAdd: passkeys.length < most,
      full: use.t('account.passkeys.full', { most }),
      // For the browser, which keeps passkeys that are no good any more.
      known: JSON.stringify(withoutTricks(known)),
      alert: error && {
        lead: use.t(`account.passkeys.error.${error}.lead`),
        text: use.t(`account.passkeys.error.${error}.text`),
      },
    },
  })
}

function line(passkey: AccountPasskeysModel['passkeys'][number], use: ViewUse) {
  const { id, credentialId, provider, createdAt, lastUsedAt, backedUp, copied, unasked } = passkey
  const called = safeText(passkey.name ?? '', NAME)
  const model = safeText(provider ?? '', NAME)
  return {
    ...{ id, credentialId, called, copied },
    name: called || model || use.t('account.passkeys.unnamed'),
    // What matters most of it to its person, who may not know that it is there.
    note: unasked && use.t('account.passkeys.unasked'),
    facts: [
      ...(called === '' || model === '' ? [] : [model]),
      use.t(backedUp ? 'account.passkeys.backed_up' : 'account.passkeys.one_place'),
      use.t('account.passkeys.added', { at: use.minute(createdAt) }),
      lastUsedAt === undefined
        ? use.t('account.passkeys.unused')
        : use.t('account.passkeys.used', { at: use.minute(lastUsedAt) }),
    ],
  }
}

/** The browser shows these names to people, as we do. */
const withoutTricks = ({ name, displayName, ...known }: AccountPasskeysModel['known']) => ({
  ...known,
  ...(name !== undefined && { name: safeText(name, EMAIL) }),
  ...(displayName !== undefined && { displayName: safeText(displayName, NAME) }),
})
