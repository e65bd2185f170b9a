import type { Account } from '../../accounts/account.ts'
import type { SendSms } from '../../messaging/sms/send-sms.ts'
import { localeOf } from '../../pages/locale-of.ts'
import type { Texts } from '../../pages/texts.ts'
import type { SmsResult } from '../../telemetry/metric-labels.ts'
import type { SentCode, SentCodes } from '../sent-codes.ts'

/** Sends a code to a phone, in the words of its reader: in `locale`, where they have never said their language. */
export type TextCode = (reader: Account, code: SentCode, locale?: string) => Promise<SmsResult>

export interface TextCodeUse {
  codes: Pick<SentCodes, 'of'>
  texts: Texts
  send: SendSms
}

export const textCode =
  ({ codes, texts, send }: TextCodeUse): TextCode =>
  ({ profile }, code, locale) => {
    const said = localeOf({ locale: profile['locale'] ?? locale }, texts.locales)
    return send({ id: code.asked, to: code.to, text: texts.code(said, codes.of(code)) })
  }
