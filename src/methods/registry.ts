/** Every method there is. A new one is a folder and a line here; one that is missing does not compile. */
import { createEmailCode, type EmailCodeUse } from './email-code/email-code.ts'
import { createIdentity, type IdentityUse } from './identity/identity.ts'
import type { Method, MethodId } from './method.ts'
import { createPasskey, type PasskeyUse } from './passkey/passkey.ts'
import { createPassword, type PasswordUse } from './password/password.ts'
import { createRecoveryCodes, type RecoveryCodesUse } from './recovery-codes/recovery-codes.ts'
import { createSmsCode, type SmsCodeUse } from './sms-code/sms-code.ts'
import { createTotp, type TotpUse } from './totp/totp.ts'

export interface MethodsUse {
  passkey: PasskeyUse
  password: PasswordUse
  totp: TotpUse
  identity: IdentityUse
  /** Absent: nobody takes mail. */
  emailCode: EmailCodeUse | undefined
  /** Absent: nobody takes text messages. */
  smsCode: SmsCodeUse | undefined
  recoveryCodes: RecoveryCodesUse
}

export type Methods = ReadonlyMap<MethodId, Method>

/** The strongest first: in this order they are offered. */
export function createMethods(use: MethodsUse): Methods {
  const list: readonly Method[] = [
    createPasskey(use.passkey),
    createPassword(use.password),
    createTotp(use.totp),
    createIdentity(use.identity),
    ...(use.smsCode ? [createSmsCode(use.smsCode)] : []),
    ...(use.emailCode ? [createEmailCode(use.emailCode)] : []),
    createRecoveryCodes(use.recoveryCodes),
  ]
  return new Map(list.map((method) => [method.id, method]))
}
