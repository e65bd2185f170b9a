import { expect, it } from 'vitest'
import { createEvent, type NewEvent } from '../audit/event.ts'
import { sightingsIn } from './sightings.ts'

const refreshed = (session?: string): NewEvent => ({
  type: 'token.refreshed',
  session,
  details: { number: 1, repeat: false },
})
const revoked: NewEvent = { type: 'session.revoked', session: 'a' }

it('the latest use of each session is told, and nothing that others did to it', () => {
  const here = { ip: '192.0.2.1' }
  const there = { ip: '192.0.2.2' }
  const events = [
    createEvent(here, refreshed('a'), 1000),
    createEvent(there, refreshed('a'), 3000),
    createEvent(here, refreshed('a'), 2000),
    createEvent(here, refreshed('b'), 500),
    createEvent(here, revoked, 9000),
    createEvent({}, refreshed('c'), 9000),
    createEvent(here, refreshed(), 9000),
  ]
  expect(sightingsIn(events)).toEqual([
    { session: 'a', at: 3000, address: '192.0.2.2' },
    { session: 'b', at: 500, address: '192.0.2.1' },
  ])
})
