import type { AuditEvent } from '../audit/event.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import { CODE_LIFE } from '../shared/code-life.ts'
import { type MailPayload, mailMessage } from './mail-message.ts'
import { seenIn } from './tell-of-account.ts'

const DAY = 24 * 60 * 60 * 1000

/**
 * Has the code sent that somebody asked for, and its person told when more were asked for than are sent: from the event, as
 * it is chained. The mail names the event, of which the code is made when it is drawn.
 */
export async function tellOfCodes(outbox: Pick<OutboxRepository, 'add'>, event: AuditEvent): Promise<void> {
  const { id, type, subject: sub, time: at, details } = event
  if (sub === undefined) return
  const base = { sub, at, ...seenIn(event) }
  if (type === 'login.code_asked' && details['method'] === 'email-code' && details['sent'] === true) {
    const payload: MailPayload = { mail: 'sign-in-code', ...base, asked: id }
    await outbox.add(mailMessage(payload, { once: `code ${id}`, expiresAt: at + CODE_LIFE }))
  }
  if (type === 'login.codes_suppressed') {
    const once = `suppressed ${sub} ${Math.floor(at / DAY)}`
    await outbox.add(mailMessage({ mail: 'codes-suppressed', ...base }, { once }))
  }
}
