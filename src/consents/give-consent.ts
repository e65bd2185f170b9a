import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Consent, ConsentsRepository } from './consents-repository.ts'

/** Adds to what a person allowed a client before, and records what they allowed now. */
export const giveConsent =
  (use: { consents: Pick<ConsentsRepository, 'add'>; clock: Clock }) =>
  (sub: string, clientId: string, consent: Consent, origin: Origin): Promise<void> => {
    const resources = Object.entries(consent.resources).flatMap(([identifier, scopes]) =>
      scopes.map((scope) => `${identifier} ${scope}`),
    )
    const details = { scopes: consent.scopes, claims: consent.claims, resources }
    const event = createEvent(
      origin,
      { type: 'consent.given', actor: `user:${sub}`, subject: sub, client: clientId, details },
      use.clock.now(),
    )
    return use.consents.add(sub, clientId, consent, event)
  }
