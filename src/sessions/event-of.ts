import type { NewEvent } from '../audit/event.ts'
import type { Target } from './revoke-access.ts'

/** What the audit trail says of it, whoever does it; `now`: epoch ms. */
export function eventOf(target: Target, now: number): NewEvent {
  switch (target.kind) {
    case 'family':
      return { type: 'grant.revoked', subject: target.account }
    case 'session':
      return { type: 'session.revoked', subject: target.account, session: target.value }
    case 'sign_on':
      return { type: 'session.ended', subject: target.account, session: target.value }
    case 'device':
      return { type: 'device.revoked', subject: target.account, details: { device: target.value } }
    case 'account':
      return { type: 'user.tokens_revoked', subject: target.value }
    case 'client':
      return { type: 'client.tokens_revoked', client: target.value }
    case 'organization':
      return { type: 'organization.tokens_revoked', organization: target.value }
    case 'everything': {
      const issued_before = new Date(target.before ?? now).toISOString()
      return { type: 'admin.everything_revoked', details: { issued_before } }
    }
  }
}
