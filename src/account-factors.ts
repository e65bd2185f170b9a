/** What a person proves to be it with, besides the password: what the account's pages of it work with, put together. */
import type { StateStore } from '../adapters/contract.ts'
import type { Core } from './core.ts'
import { askForPasskey, enrolPasskey } from './methods/passkey/enrol.ts'
import { createQuestions } from './methods/passkey/questions.ts'
import { relyingPartyOf } from './methods/passkey/relying-party.ts'
import { createPending } from './methods/pending.ts'
import { createRecoveryCodesShow } from './methods/recovery-codes/show-once.ts'
import { removeFactor } from './methods/remove-factor.ts'
import { createAddApp } from './methods/totp/add-app.ts'
import type { Handles } from './provider/handles.ts'
import type { AuthenticatorUse } from './self-service/account/authenticator.ts'
import type { PasskeysUse } from './self-service/account/passkeys.ts'
import type { RecoveryCodesUse } from './self-service/account/recovery-codes.ts'

export interface AccountFactorsUse {
  core: Core
  state: StateStore
  handles: Pick<Handles, 'peppers'>
}

export function createAccountFactors({
  core,
  state,
  handles,
}: AccountFactorsUse): PasskeysUse & AuthenticatorUse & RecoveryCodesUse {
  const { credentials } = core.accounts
  const pending = createPending({ store: state.artifacts, peppers: handles.peppers })
  const relyingParty = relyingPartyOf(core.config)
  const passkeys = {
    ...{ accounts: core.accounts, clock: core.clock, relyingParty },
    questions: createQuestions({ store: state.artifacts, peppers: handles.peppers }),
  }
  return {
    askForPasskey: askForPasskey(passkeys),
    enrolPasskey: enrolPasskey(passkeys),
    rpId: relyingParty.id,
    credentialsOf: credentials.of,
    renameCredential: credentials.rename,
    removeFactor: removeFactor(core),
    addApp: createAddApp({ ...core, pending }),
    recoveryCodes: createRecoveryCodesShow({ ...core, pending }),
    noteRecoveryCodes: (userId, id) => credentials.note(userId, id, { noted: true }),
    host: new URL(core.config.issuer).host,
    clock: core.clock,
  }
}
