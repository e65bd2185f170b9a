import { REGISTRATION_LIFE } from '../accounts/ask-to-register.ts'
import { VERIFY_LINK_LIFE } from '../accounts/ask-to-verify.ts'
import { RESET_LINK_LIFE } from '../accounts/make-reset-link.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { AccountChange } from '../pages/mail-models.ts'
import { type MailPayload, mailMessage } from './mail-message.ts'
import { readUserAgent } from './user-agent.ts'

/** A mail that follows from an event, and how long after that it is of use, ms; without end where it says what was done. */
interface Following {
  payload: MailPayload
  life?: number
}

/**
 * Has a person told what became of their account, and given the link that they asked for: from the event, as it is chained,
 * so that the mail is written in one transaction with it.
 */
export async function tellOfAccount(outbox: Pick<OutboxRepository, 'add'>, event: AuditEvent): Promise<void> {
  const { id, time } = event
  for (const [n, { payload, life }] of mailsOf(event).entries()) {
    const expires = life === undefined ? {} : { expiresAt: time + life }
    await outbox.add(mailMessage(payload, { once: `account ${id} ${n}`, ...expires }))
  }
}

/** `base`: whom it is about, when, and on what it was done. */
type Follow = (base: { sub: string; at: number }, details: AuditEvent['details']) => Following[]

const changed =
  (what: AccountChange): Follow =>
  (base) => [{ payload: { mail: 'account-changed', ...base, what } }]

const askedIn = (locale: AuditEvent['details'][string] | undefined) =>
  typeof locale === 'string' ? { locale } : {}

const FOLLOWING: { [Type in AuditEvent['type']]?: Follow } = {
  'password.reset_asked': (base, { locale }) => [
    { payload: { mail: 'password-reset', ...base, ...askedIn(locale) }, life: RESET_LINK_LIFE },
  ],
  'password.set': (base, { by }) => changed(by === 'reset' ? 'password_reset' : 'password_set')(base, {}),
  'password.removed': changed('password_removed'),
  'mfa.enrolled': (base, { method, replaces }) => {
    if (method === 'passkey') return changed('passkey_added')(base, {})
    if (method === 'totp') return changed('app_added')(base, {})
    if (method === 'sms-code') return changed(replaces === true ? 'phone_replaced' : 'phone_added')(base, {})
    return method === 'recovery-codes' ? changed('recovery_codes_made')(base, {}) : []
  },
  'mfa.removed': (base, { method, last }) => {
    if (method === 'passkey') return changed('passkey_removed')(base, {})
    if (method === 'totp') return changed(last === true ? 'last_app_removed' : 'app_removed')(base, {})
    return method === 'sms-code'
      ? changed(last === true ? 'last_phone_removed' : 'phone_removed')(base, {})
      : []
  },
  'mfa.clone_suspected': changed('passkey_copied'),
  'mfa.reset': changed('factors_reset'),
  'mfa.recovery_used': (base, { left }) => [
    { payload: { mail: 'account-changed', ...base, what: 'recovery_code_used', left: Number(left) } },
  ],
  'identity.linked': changed('identity_linked'),
  'identity.unlinked': changed('identity_unlinked'),
  'user.deletion_asked': (base) => [{ payload: { mail: 'deletion-asked', ...base } }],
  'email.verification_asked': (base, { locale }) => [
    { payload: { mail: 'verify-email', ...base, ...askedIn(locale) }, life: VERIFY_LINK_LIFE },
  ],
  'email.change_asked': (base, { change }) =>
    (['old', 'new'] as const).map((side) => ({
      payload: { mail: 'email-change', ...base, change: String(change), side },
    })),
  'email.changed': (base, { change }) => [
    { payload: { mail: 'email-changed', ...base, change: String(change) } },
  ],
}

function mailsOf(event: AuditEvent): Following[] {
  const { type, subject: sub, time: at, details } = event
  const base = { at, ...seenIn(event) }
  // Nobody's account yet.
  if (type === 'registration.asked') {
    const registration = String(details['registration'])
    return [{ payload: { mail: 'registration', ...base, registration }, life: REGISTRATION_LIFE }]
  }
  return sub === undefined ? [] : (FOLLOWING[type]?.({ sub, ...base }, details) ?? [])
}

/** Of what a person did; of what the operator did there is nothing to tell about the device. */
export function seenIn({ actor, userAgent, ip }: AuditEvent) {
  return actor === 'command' || actor === 'apply'
    ? {}
    : { ...readUserAgent(userAgent), ...(ip !== undefined && { address: ip }) }
}
