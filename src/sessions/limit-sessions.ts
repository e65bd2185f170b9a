import { createEvent, toStored } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { RevokeAccess } from './revoke-access.ts'
import type { NewSession, SessionsRepository } from './sessions-repository.ts'

export interface LimitSessionsUse {
  sessions: Pick<SessionsRepository, 'begin' | 'beyond'>
  /** How many a person may have at once; undefined: any number. */
  most: () => Promise<number | undefined>
  access: Pick<RevokeAccess, 'revoke'>
  clock: Clock
}

/** Sessions begin, and where there are more than policy allows, those end that began first. */
export const limitSessions = ({ sessions, most, access, clock }: LimitSessionsUse) => ({
  begin: async (session: NewSession): Promise<void> => {
    await sessions.begin(session)
    const limit = await most()
    if (limit === undefined) return
    const { account } = session
    for (const value of await sessions.beyond(session, limit)) {
      const about = { subject: account, actor: `user:${account}`, session: value, reason: 'too_many' }
      const event = createEvent({}, { type: 'session.revoked', ...about }, clock.now())
      await access.revoke({ kind: 'session', value, account }, toStored(event))
    }
  },
})
