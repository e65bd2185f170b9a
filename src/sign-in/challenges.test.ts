/** Questions and their answers, on a clock of the test's own. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import type { Method } from '../methods/method.ts'
import type { Prompted } from '../security/rate-limit/prompt-limit.ts'
import { DEFAULT_SIGN_IN } from '../security/sign-in-policy/policy.ts'
import { ask, isSame, posed, take } from './challenges.ts'
import type { SignInState, States } from './states.ts'
import type { At } from './types.ts'

const MINUTE = 60_000
let now = 0
let state: SignInState
let sent: number
let refused: Prompted | undefined
let events: AuditEvent[]
beforeEach(() => {
  now = 1_000_000
  state = { proofs: [], username: 'ada@example.com' }
  sent = 0
  refused = undefined
  events = []
})

const states: States = {
  read: async () => state,
  change: async (_id, change) => {
    const { state: next, result } = change(state)
    state = next ?? state
    return result
  },
  end: async () => {},
}
const use = {
  states,
  persons: { findPersonByEmailKey: async () => undefined, findPersonBySub: async () => undefined },
  clock: { now: () => now },
  prompts: { refusal: async () => refused },
  record: async (event: AuditEvent) => void events.push(event),
}
const method: Method = {
  ...{ id: 'email-code', role: 'either', factors: ['mailbox'], phishingResistant: false },
  ...{ sends: true, tries: 5, ready: () => true },
  challenge: async () => ({ kept: { asked: ++sent }, shown: {} }),
  verify: async () => ({ ok: false, reason: 'unknown' }),
}
const req = new IncomingMessage(new Socket())
const at: At = {
  ...{ id: 'x', req, res: new ServerResponse(req), wanted: {}, life: 1000 },
  origin: { client: 'portal', ip: '203.0.113.7' },
}
const send = () => {
  const offered = {
    policy: DEFAULT_SIGN_IN,
    state,
    as: 'first',
    person: undefined,
    ways: [],
    addable: [],
    isStored: true,
    unmet: false,
  } as const
  return ask(use, at, method, offered, { shows: true })
}
const sentNow = { kind: 'chosen', challenge: {}, again: 30_000 }

describe('a code that is sent', () => {
  it('A-464 is sent again after half a minute at the earliest, and the page says when', async () => {
    expect(posed(state.challenges?.['email-code'], method, now)).toEqual({
      challenge: undefined,
      again: undefined,
      unsent: true,
    })
    expect(await send()).toEqual(sentNow)
    expect(posed(state.challenges?.['email-code'], method, now + 10_000)).toMatchObject({
      again: 20_000,
      unsent: false,
    })
    now += 29_999
    expect(await send()).toEqual({ ...sentNow, again: 1 })
    expect(sent).toBe(1)
    now += 1
    await send()
    expect([sent, posed(state.challenges?.['email-code'], method, now).again]).toEqual([2, 30_000])
  })

  it('A-466 is good for ten minutes, for five tries', async () => {
    await send()
    now += 10 * MINUTE
    for (let n = 0; n < 5; n++) expect(await take(use, at, method)).toMatchObject({ kept: { asked: 1 } })
    expect(await take(use, at, method)).toBeUndefined()
    expect(posed(state.challenges?.['email-code'], method, now).unsent).toBe(true)
    await send()
    now += 10 * MINUTE + 1
    expect(await take(use, at, method)).toBeUndefined()
  })

  it('A-466 is the newest alone, and gone once it was right', async () => {
    await send()
    const first = await take(use, at, method)
    expect(isSame(first, state.challenges?.['email-code'], method)).toBe(true)
    now += MINUTE
    await send()
    expect(isSame(first, state.challenges?.['email-code'], method)).toBe(false)
    expect(isSame(first, undefined, method)).toBe(false)
  })

  it('A-464 is not sent where too many were, and the trail says for whom', async () => {
    const refusal = { limiter: 'prompt', limit: { count: 3, windowMs: 1000 }, retryAfterMs: 1000 } as const
    refused = { refusal, tooManyFor: 'person' }
    expect(await send()).toEqual({ kind: 'refused', refusal })
    expect([sent, state.challenges?.['email-code'], events.map(({ type }) => type)]).toEqual([
      0,
      undefined,
      ['login.codes_suppressed'],
    ])
    refused = { refusal, tooManyFor: 'address' }
    await send()
    expect([sent, events.length]).toEqual([0, 1])
  })
})
