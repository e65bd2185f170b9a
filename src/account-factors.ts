/** What a person proves to be it with, besides the password: what the account's pages of it work with, put together. */
import type { StateStore } from '../adapters/contract.ts'
import type { Person } from './accounts/person.ts'
import type { Core } from './core.ts'
import type { Guards } from './guards.ts'
import type { LookUps } from './look-ups.ts'
import { askForPasskey, enrolPasskey } from './methods/passkey/enrol.ts'
import { createQuestions } from './methods/passkey/questions.ts'
import { relyingPartyOf } from './methods/passkey/relying-party.ts'
import { createPending } from './methods/pending.ts'
import { createRecoveryCodesShow } from './methods/recovery-codes/show-once.ts'
import { removeFactor } from './methods/remove-factor.ts'
import { createSentCodes } from './methods/sent-codes.ts'
import { createAddNumber } from './methods/sms-code/add-number.ts'
import type { TextCode } from './methods/sms-code/text-code.ts'
import { createAddApp } from './methods/totp/add-app.ts'
import type { Handles } from './provider/handles.ts'
import type { SignInPolicy } from './security/sign-in-policy/policy.ts'
import type { AuthenticatorUse } from './self-service/account/authenticator.ts'
import type { PasskeysUse } from './self-service/account/passkeys.ts'
import type { PhoneUse } from './self-service/account/phone.ts'
import type { RecoveryCodesUse } from './self-service/account/recovery-codes.ts'

export interface AccountFactorsUse {
  core: Core
  state: StateStore
  handles: Pick<Handles, 'peppers'>
  lookUps: LookUps
  guards: Pick<Guards, 'prompts' | 'numbers'>
  /** Absent: nobody takes text messages. */
  text: TextCode | undefined
  /** Whether a person can sign in as a policy has it. */
  suffices: (person: Person, policy: SignInPolicy) => boolean
}

export function createAccountFactors({
  core,
  state,
  handles,
  lookUps,
  guards,
  text,
  suffices,
}: AccountFactorsUse): PasskeysUse & AuthenticatorUse & PhoneUse & RecoveryCodesUse {
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
    removeFactor: async (account, factor, origin) => {
      const policy = await lookUps.findSignInPolicy()
      const remove = removeFactor({ ...core, suffices: (person) => suffices(person, policy) })
      return remove(account, factor, origin)
    },
    addNumber:
      text && createAddNumber({ ...core, ...guards, pending, text, codes: createSentCodes(core.keys) }),
    mayUseSms: async () => (await lookUps.findSignInPolicy()).methods.includes('sms-code'),
    addApp: createAddApp({ ...core, pending }),
    recoveryCodes: createRecoveryCodesShow({ ...core, pending }),
    noteRecoveryCodes: (userId, id) => credentials.note(userId, id, { noted: true }),
    host: new URL(core.config.issuer).host,
    clock: core.clock,
  }
}
