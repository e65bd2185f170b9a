import type { Piece } from '../messages.ts'
import type { CodeModel, Sending } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { accountFace, EMAIL, type View, type ViewUse } from '../view.ts'
import { methodRows } from './method-rows.ts'
import { alertFor } from './sign-in.ts'

/** A code that somebody types, or first has sent. */
export function code(model: CodeModel, use: ViewUse): View {
  const { method, error, trustDays, sending } = model
  const title = titleOf(model, use)
  const isThere = sending?.unsent !== true
  return {
    template: 'methods/code',
    title,
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      ...{ csrf: model.csrf, method, title },
      text: textOf(model, use),
      alert: error && alertFor(error, use),
      account: { ...accountFace(model.account), change: use.t('account.change') },
      code: isThere && {
        label: use.t(`method.${method}.label`),
        hint: use.t(`method.${method}.hint`),
        numeric: method !== 'recovery-codes',
        fault: error && use.t('code.again'),
        autofocus: !error,
      },
      check: checkOf(trustDays, use),
      checked: model.remember === true,
      send: sending && sendButton(sending, use),
      // Whoever has proven something knows which address it is.
      wrongAddress: sending && !sending.unsent && trustDays === undefined && use.t('code.wrong_address'),
      ways: methodRows(model, use),
    },
  }
}

/** What there is to do: nothing was sent yet, or a code is to be typed. */
function titleOf({ method, sending }: CodeModel, use: ViewUse): string {
  const isSent = method === 'email-code' || method === 'sms-code'
  return use.t(
    isSent && sending?.unsent === true ? `method.${method}.unsent_title` : `method.${method}.title`,
  )
}

/** A box to check, where there is a choice. */
export function checkOf(trustDays: number | undefined, use: ViewUse): string | undefined {
  if (trustDays === undefined) return use.t('sign-in.remember')
  return trustDays > 0 ? use.t('code.trust', { days: trustDays }) : undefined
}

/** Where it went is told to those alone who have proven something. */
function textOf(
  { method, trustDays, sending: { to = '', unsent } = SENT }: CodeModel,
  use: ViewUse,
): Piece[] {
  if (method !== 'email-code' && method !== 'sms-code') return use.rich(`method.${method}.text`, {})
  if (unsent && method === 'email-code' && trustDays !== undefined)
    return use.rich('method.email-code.unsent_proven', {})
  if (unsent) return use.rich(`method.${method}.unsent`, {})
  if (method === 'email-code' && to === '') return use.rich('method.email-code.text', {})
  return use.rich(`method.${method}.sent`, { to: { as: 'name', text: safeText(to, EMAIL) } })
}

const SENT: Sending = { unsent: false, againIn: 0 }

/** Without script its words say when; with it, it counts down. */
function sendButton({ unsent, againIn }: Sending, use: ViewUse) {
  if (unsent) return { label: use.t('code.send') }
  return {
    label: use.t('code.resend'),
    hint: use.t('code.resend.hint'),
    wait: againIn,
    waiting: use.t('code.resend.wait', { seconds: '{seconds}' }),
  }
}
