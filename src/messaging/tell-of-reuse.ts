import type { AuditEvent } from '../audit/event.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import { mailMessage } from './mail-message.ts'

/**
 * Has a person told that a refresh token of theirs was used again: from the event, as it is chained. So the mail is
 * written in one transaction with it, once, and can't be lost where the event is not.
 */
export async function tellOfReuse(
  outbox: Pick<OutboxRepository, 'add'>,
  { id, type, subject, client, time, details }: AuditEvent,
): Promise<void> {
  if (type !== 'token.reuse_detected' || subject === undefined || client === undefined) return
  const ended = endings.find((name) => name === details['revokes'])
  if (ended === undefined) return
  await outbox.add(
    mailMessage(
      { mail: 'reuse-detected', sub: subject, at: time, clientId: client, ended },
      { once: `reuse ${id}` },
    ),
  )
}

/** `REFRESH_REUSE_REVOKES`. */
const endings = ['family', 'session', 'user'] as const
