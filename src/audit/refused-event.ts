import { hash } from 'node:crypto'
import type { StoredEvent } from '../../adapters/contract.ts'
import { type AuditEvent, createEvent } from './event.ts'

/** In place of what lay among the events and is none: that it was there is worth knowing, what it says is not. */
export const refusedEvent = ({ id, text }: StoredEvent, now: number): AuditEvent => ({
  ...createEvent(
    { actor: 'gatehouse' },
    { type: 'audit.event_refused', details: { sha256: hash('sha256', text, 'base64url') } },
    now,
  ),
  id,
})
