import type { AuditEvent } from '../audit/event.ts'
import type { OutboxRepository } from '../events/outbox-repository.ts'
import { RISK_RULES, type RiskRule } from '../telemetry/metric-labels.ts'
import { mailMessage, type Noticed } from './mail-message.ts'
import { readUserAgent } from './user-agent.ts'

const DAY = 24 * 60 * 60 * 1000

/**
 * Has a person told of what rules of risk said of a sign-in or a session of theirs, unless it is of no consequence: from the
 * event, as it is chained, so that the mail is written in one transaction with it. A program that keeps no cookies is on a
 * new device each time, and a session may be odd again and again: of what looks alike one mail comes in a day.
 */
export async function tellOfRisk(
  outbox: Pick<OutboxRepository, 'add'>,
  { type, subject, session, time: at, details, ip: address, userAgent, country }: AuditEvent,
): Promise<void> {
  const what = WHATS[type]
  const rules = consequential(details['rules'])
  if (what === undefined || subject === undefined || rules.length === 0) return
  const { browser = '', system = '' } = readUserAgent(userAgent)
  const whose = what === 'refresh' ? (session ?? '') : `${address ?? ''} ${browser} ${system}`
  await outbox.add(
    mailMessage(
      {
        ...{ mail: 'noticed', sub: subject, at, what, rules },
        ...readUserAgent(userAgent),
        ...(address !== undefined && { address }),
        ...(country !== undefined && { country }),
        ...endsOf(what, session, details['device']),
      },
      { once: `risk ${what} ${subject} ${Math.floor(at / DAY)} ${whose} ${rules.join(' ')}` },
    ),
  )
}

const WHATS: { [Type in AuditEvent['type']]?: Noticed['what'] } = {
  'login.succeeded': 'sign_in',
  // A wrong password has no assessment.
  'login.failed': 'refused',
  'risk.noticed': 'refresh',
}

const consequential = (spoke: unknown): RiskRule[] =>
  Array.isArray(spoke)
    ? RISK_RULES.filter((rule) => spoke.some((one) => one !== `${rule}:allow` && ruleOf(one) === rule))
    : []

const ruleOf = (spoken: unknown): string => String(spoken).split(':', 1)[0] ?? ''

/** What the reader can end who says that it wasn't them. A sign-in has no session yet, but a device. */
function endsOf(what: Noticed['what'], session: string | undefined, device: unknown): Pick<Noticed, 'ends'> {
  if (what === 'sign_in' && typeof device === 'string') return { ends: { kind: 'device', value: device } }
  if (what === 'refresh' && session !== undefined) return { ends: { kind: 'session', value: session } }
  return {}
}
