import type { AuditEvent } from '../audit/event.ts'

/** That something of a session was used: when, epoch ms, and from where. */
export interface Sighting {
  session: string
  at: number
  address: string
  country?: string
}

/** The latest of each session, in events of its own use: what others do to it (an operator's revocation) is none. */
export function sightingsIn(events: readonly AuditEvent[]): Sighting[] {
  const latest = new Map<string, Sighting>()
  for (const { type, session, time: at, ip: address, country } of events) {
    if (type !== 'token.refreshed' && type !== 'token.issued') continue
    if (session === undefined || address === undefined) continue
    if (at > (latest.get(session)?.at ?? 0))
      latest.set(session, { session, at, address, ...(country !== undefined && { country }) })
  }
  return [...latest.values()]
}
