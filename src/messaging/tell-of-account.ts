import { REGISTRATION_LIFE } from '../accounts/ask-to-register.ts'
import { RESET_LINK_LIFE } from '../accounts/make-reset-link.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import type { AccountChange } from '../pages/mail-models.ts'
import { type MailPayload, mailMessage } from './mail-message.ts'
import { readUserAgent } from './user-agent.ts'

/**
 * Has a person told what became of their account, and given the link that they asked for: from the event, as it is chained,
 * so that the mail is written in one transaction with it.
 */
export async function tellOfAccount(outbox: Pick<OutboxRepository, 'add'>, event: AuditEvent): Promise<void> {
  const { id, subject: sub, time: at } = event
  if (event.type === 'registration.asked') {
    const registration = String(event.details['registration'])
    const payload: MailPayload = { mail: 'registration', at, registration, ...seenIn(event) }
    await outbox.add(mailMessage(payload, { once: `registration ${id}`, expiresAt: at + REGISTRATION_LIFE }))
  }
  if (sub === undefined) return
  if (event.type === 'password.reset_asked') {
    const payload: MailPayload = { mail: 'password-reset', sub, at, ...seenIn(event) }
    await outbox.add(mailMessage(payload, { once: `reset ${id}`, expiresAt: at + RESET_LINK_LIFE }))
  }
  const what = changeOf(event)
  if (what === undefined) return
  await outbox.add(
    mailMessage({ mail: 'account-changed', sub, at, what, ...seenIn(event) }, { once: `changed ${id}` }),
  )
}

/** Of what a person did; of what the operator did there is nothing to tell about the device. */
function seenIn({ actor, userAgent, ip }: AuditEvent) {
  return actor === 'command' || actor === 'apply'
    ? {}
    : { ...readUserAgent(userAgent), ...(ip !== undefined && { address: ip }) }
}

function changeOf({ type, details }: AuditEvent): AccountChange | undefined {
  if (type === 'password.removed') return 'password_removed'
  if (type !== 'password.set') return undefined
  return details['by'] === 'reset' ? 'password_reset' : 'password_set'
}
