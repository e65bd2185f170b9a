/** What a person proves to be it with, besides the password: what the account's pages of it work with, put together. */
import type { Person } from './accounts/person.ts'
import type { Core } from './core.ts'
import type { Factors } from './factors.ts'
import type { Guards } from './guards.ts'
import type { KeptPasskeys } from './kept-passkeys.ts'
import type { LookUps } from './look-ups.ts'
import { askForPasskey, enrolPasskey } from './methods/passkey/enrol.ts'
import { removeFactor } from './methods/remove-factor.ts'
import { createSentCodes } from './methods/sent-codes.ts'
import { createAddNumber } from './methods/sms-code/add-number.ts'
import type { TextCode } from './methods/sms-code/text-code.ts'
import type { SignInPolicy } from './security/sign-in-policy/policy.ts'
import type { AuthenticatorUse } from './self-service/account/authenticator.ts'
import type { PasskeysUse } from './self-service/account/passkeys.ts'
import type { PhoneUse } from './self-service/account/phone.ts'
import type { RecoveryCodesUse } from './self-service/account/recovery-codes.ts'

export interface AccountFactorsUse {
  core: Core
  factors: Factors
  lookUps: LookUps
  guards: Pick<Guards, 'prompts' | 'numbers'>
  /** Absent: nobody takes text messages. */
  text: TextCode | undefined
  /** Whether a person can sign in as a policy has it. */
  suffices: (person: Person, policy: SignInPolicy) => boolean
}

export function createAccountFactors({
  core,
  factors,
  lookUps,
  guards,
  text,
  suffices,
}: AccountFactorsUse): Omit<PasskeysUse, keyof KeptPasskeys> &
  AuthenticatorUse &
  Omit<PhoneUse, 'languageOf'> &
  RecoveryCodesUse {
  const { credentials } = core.accounts
  const { pending, passkeys, addApp, recoveryCodes, noteRecoveryCodes } = factors
  return {
    ...{ addApp, recoveryCodes, noteRecoveryCodes },
    askForPasskey: askForPasskey(passkeys),
    enrolPasskey: enrolPasskey(passkeys),
    rpId: passkeys.relyingParty.id,
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
    host: new URL(core.config.issuer).host,
    clock: core.clock,
  }
}
