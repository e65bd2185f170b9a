import { createEvent, type Origin, toStored } from '../audit/event.ts'
import type { RevokeAccess } from '../sessions/revoke-access.ts'
import type { Clock } from '../shared/clock.ts'
import type { ConsentsRepository } from './consents-repository.ts'

export interface TakeBackUse {
  consents: Pick<ConsentsRepository, 'remove'>
  access: Pick<RevokeAccess, 'revoke'>
  /** What a client has of a person at this moment, each by its name. */
  familiesOf: (sub: string, clientId: string) => Promise<readonly string[]>
  clock: Clock
}

/** An authorization that was under way when the consent went may still bring something. */
const MOST_ROUNDS = 10

/**
 * Takes back what a person has allowed a client, and ends all that it has of them. The consent goes first, so that nothing
 * more is given without a question; who is cut off after that finds the client still listed, by what it has, and does it
 * again. False where there was nothing.
 */
export const takeBack =
  ({ consents, access, familiesOf, clock }: TakeBackUse) =>
  async (sub: string, clientId: string, origin: Origin): Promise<boolean> => {
    const about = { subject: sub, client: clientId }
    const withdrawn = createEvent(origin, { type: 'consent.revoked', ...about }, clock.now())
    let found = await consents.remove(sub, clientId, withdrawn)
    const reason = 'consent_withdrawn'
    const ended = toStored(createEvent(origin, { type: 'grant.revoked', ...about, reason }, clock.now()))
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const families = await familiesOf(sub, clientId)
      if (families.length === 0) return found
      found = true
      for (const value of families) await access.revoke({ kind: 'family', value, account: sub }, ended)
    }
    throw new Error('a client gets more than can be ended')
  }
