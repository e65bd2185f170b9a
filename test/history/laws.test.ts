/** The history checker itself: each law finds what breaks it, in the smallest history that does. */
import { describe, expect, it, test } from 'vitest'
import type { Binding, Call, Evidence, TrailEvent } from '../support/history/evidence.ts'
import { violationsIn } from '../support/history/laws.ts'

const WINDOW = 1_000

const BINDING: Binding = {
  client: 'portal',
  subject: 'ada',
  scope: 'openid email',
  tokenType: 'Bearer',
  acr: 'urn:1',
  authTime: 7,
}

type Said = Partial<Call> & Pick<Call, 'kind' | 'input'>

/** Calls one after the other, ten milliseconds each, unless they say otherwise. */
function historyOf(said: readonly Said[], over: Partial<Evidence> = {}): Evidence {
  const calls = said.map((one, n): Call => {
    const start = one.start ?? n * 100
    const lost = one.output === undefined && one.status === undefined
    return {
      id: `${n}`,
      party: 'owner',
      client: 'portal-1',
      session: 'portal-1',
      start,
      end: start + 10,
      ...(one.kind === 'introspect' || lost ? {} : { status: 200 }),
      ...(one.output === undefined ? {} : { binding: BINDING }),
      ...one,
    }
  })
  return {
    window: WINDOW,
    calls,
    forgotten: [],
    trail: trailOf(calls),
    chainHolds: true,
    families: new Set(calls.filter(({ kind }) => kind === 'redeem').map(({ input }) => input)).size,
    ...over,
  }
}

const TYPES: Partial<Record<Call['kind'], string>> = {
  redeem: 'token.issued',
  refresh: 'token.refreshed',
  revoke: 'grant.revoked',
}

const trailOf = (calls: readonly Call[]): TrailEvent[] =>
  numbered(
    calls.flatMap(({ id, kind, status = 0, end }) => {
      const type = TYPES[kind]
      return type === undefined || status !== 200 ? [] : [{ type, requestId: id, time: end }]
    }),
  )

const numbered = (events: readonly Pick<TrailEvent, 'type' | 'requestId' | 'time'>[]): TrailEvent[] =>
  events.map((event, n) => ({ ...event, chain: 'main', sequence: n + 1 }))

const lawsBroken = (evidence: Evidence): string[] => [
  ...new Set(violationsIn(evidence).map(({ law }) => law)),
]

const BIRTH: Said = { kind: 'redeem', input: 'code', output: 'r0' }
const R0: Said = { kind: 'refresh', input: 'r0', output: 'r1' }
const R1: Said = { kind: 'refresh', input: 'r1', output: 'r2' }
const REFUSED = { status: 400, error: 'invalid_grant' }
const REVOKED: Said = { kind: 'revoke', input: 'r1', status: 200, ends: 'family' }
const thief = { party: 'thief', client: 'thief' } as const

/** As an alarm of the given call would stand in the trail. */
function withAlarm(evidence: Evidence, ...ids: string[]): Evidence {
  const alarms = ids.map((requestId) => ({
    type: 'token.reuse_detected',
    requestId,
    time: evidence.calls.find(({ id }) => id === requestId)?.end ?? 0,
  }))
  return { ...evidence, trail: numbered([...evidence.trail, ...alarms]) }
}

describe('a good history breaks no law', () => {
  const lost = { status: undefined, output: undefined } as unknown as Partial<Call>
  test.each<[string, Evidence]>([
    ['of one chain', historyOf([BIRTH, R0, R1])],
    ['with a repeat after a lost answer', historyOf([BIRTH, { ...R0, ...lost }, R0, R1])],
    ['with repeats at once', historyOf([BIRTH, R0, { ...R0, start: 102 }, R1])],
    ['with a late duplicate', historyOf([BIRTH, R0, R1, { kind: 'refresh', input: 'r0', ...REFUSED }])],
    [
      'with a key, repeated after any time',
      historyOf([
        { ...BIRTH, key: 'k' },
        { ...R0, key: 'k' },
        { ...R0, key: 'k', start: 90_000 },
      ]),
    ],
    ['with a code that was sent twice', historyOf([BIRTH, { kind: 'redeem', input: 'code', ...REFUSED }])],
    ['that was ended', historyOf([BIRTH, R0, REVOKED, { kind: 'refresh', input: 'r1', ...REFUSED }])],
    [
      'of a thief who was found',
      withAlarm(
        historyOf([
          BIRTH,
          R0,
          { kind: 'refresh', input: 'r0', ...REFUSED, ...thief, start: 5_000 },
          { kind: 'refresh', input: 'r1', ...REFUSED, start: 6_000 },
        ]),
        '2',
      ),
    ],
    [
      'of an answer that was lost for longer than the grace',
      withAlarm(
        historyOf([
          BIRTH,
          { ...R0, status: undefined, output: undefined } as unknown as Said,
          { kind: 'refresh', input: 'r0', ...REFUSED, start: 2_000 },
        ]),
        '2',
      ),
    ],
    [
      'of a rotation that Redis forgot, and made again',
      historyOf([BIRTH, R0, R1, { ...R0, start: 5_000 }, { ...R1, start: 5_100 }], {
        forgotten: [{ from: 90, to: 400 }],
      }),
    ],
    [
      'of a sign-in that Redis forgot before its end',
      historyOf([BIRTH, { ...REVOKED, input: 'r0' }], {
        forgotten: [{ from: 0, to: 50 }],
        trail: numbered([issued('0')]),
      }),
    ],
    [
      'of a sign-in that Redis forgot',
      historyOf([BIRTH, { kind: 'refresh', input: 'r0', ...REFUSED }], { forgotten: [{ from: 0, to: 50 }] }),
    ],
  ])('%s', (_, evidence) => {
    expect(violationsIn(evidence)).toEqual([])
  })
})

describe('a bad history is found', () => {
  test.each<[string, string, Evidence]>([
    ['L-1', 'a code that was redeemed twice', historyOf([BIRTH, { ...BIRTH, output: 's0' }])],
    ['L-2', 'a token that came back after its successor’s use', historyOf([BIRTH, R0, R1, R0])],
    ['L-2', 'a revoked family that came back', historyOf([BIRTH, R0, REVOKED, R1])],
    [
      'L-2',
      'a revocation that Redis forgot',
      historyOf([BIRTH, R0, REVOKED, R1], { forgotten: [{ from: 0, to: 250 }] }),
    ],
    ['L-3', 'two successors of one token', historyOf([BIRTH, R0, { ...R0, output: 'fork' }])],
    ['L-3', 'a repeat after the grace', historyOf([BIRTH, R0, { ...R0, start: 2_000 }])],
    [
      'L-3',
      'two successors, the first of which Redis forgot',
      historyOf([BIRTH, R0, { ...R0, output: 'fork', start: 5_000 }], { forgotten: [{ from: 0, to: 900 }] }),
    ],
    ['L-4', 'two tokens with one successor', historyOf([BIRTH, R0, { ...R1, output: 'r1' }])],
    [
      'L-4',
      'two live tokens',
      historyOf([
        BIRTH,
        R0,
        { kind: 'introspect', input: 'r0', active: true },
        { kind: 'introspect', input: 'r1', active: true },
      ]),
    ],
    ['L-4', 'a family in the store that nobody redeemed', historyOf([BIRTH, R0], { families: 2 })],
    [
      'L-5',
      'a theft that nobody noticed',
      historyOf([BIRTH, R0, { kind: 'refresh', input: 'r0', ...REFUSED, ...thief, start: 5_000 }]),
    ],
    [
      'L-5',
      'one reuse that was told twice',
      withAlarm(
        historyOf([BIRTH, R0, { kind: 'refresh', input: 'r0', ...REFUSED, ...thief, start: 5_000 }]),
        '2',
        '2',
      ),
    ],
    [
      'L-5',
      'a family that outlives its reuse',
      withAlarm(
        historyOf([
          BIRTH,
          R0,
          { kind: 'refresh', input: 'r0', ...REFUSED, ...thief, start: 5_000 },
          { ...R1, start: 6_000 },
        ]),
        '2',
      ),
    ],
    [
      'L-5',
      'another family of the session that outlives it',
      withAlarm(
        historyOf([
          BIRTH,
          R0,
          { kind: 'redeem', input: 'other', output: 's0' },
          { kind: 'refresh', input: 'r0', ...REFUSED, ...thief, start: 5_000 },
          { kind: 'refresh', input: 's0', output: 's1', start: 6_000 },
        ]),
        '3',
      ),
    ],
    [
      'L-6',
      'an honest client that was signed out',
      historyOf([BIRTH, { kind: 'refresh', input: 'r0', ...REFUSED }]),
    ],
    [
      'L-6',
      'an honest client that was signed out as Redis went back',
      historyOf([BIRTH, R0, { kind: 'refresh', input: 'r1', ...REFUSED, start: 500 }], {
        forgotten: [{ from: 90, to: 300 }],
      }),
    ],
    [
      'L-6',
      'an honest client that was taken for a thief',
      withAlarm(historyOf([BIRTH, R0, { kind: 'refresh', input: 'r0', ...REFUSED }]), '2'),
    ],
    [
      'L-6',
      'the owner of a key whom a thief without it has harmed',
      historyOf([
        { ...BIRTH, key: 'k' },
        { kind: 'refresh', input: 'r0', ...REFUSED, ...thief },
        { kind: 'refresh', input: 'r0', ...REFUSED, key: 'k' },
      ]),
    ],
    [
      'L-7',
      'a token that is said to be live after its family’s end',
      historyOf([BIRTH, R0, REVOKED, { kind: 'introspect', input: 'r1', active: true, start: 5_000 }]),
    ],
    [
      'L-7',
      'another family that outlives its session',
      historyOf([
        BIRTH,
        { kind: 'redeem', input: 'other', output: 's0' },
        { ...REVOKED, input: 'r0', ends: 'session' },
        { kind: 'refresh', input: 's0', output: 's1', start: 5_000 },
      ]),
    ],
    ...(
      [
        ['scope', { scope: 'openid email admin' }],
        ['subject', { subject: 'grace' }],
        ['client', { client: 'app' }],
        ['acr', { acr: 'urn:2' }],
        ['authTime', { authTime: 8 }],
        ['tokenType', { tokenType: 'DPoP' }],
      ] as const
    ).map(([name, change]): [string, string, Evidence] => [
      'L-8',
      `another ${name}`,
      historyOf([BIRTH, { ...R0, binding: { ...BINDING, ...change } }]),
    ]),
    ['L-8', 'a bound family that went on without its key', historyOf([{ ...BIRTH, key: 'k' }, R0])],
    [
      'L-12',
      'a rotation without event',
      historyOf([BIRTH, R0, R1], { trail: numbered([issued('0'), used('1')]) }),
    ],
    [
      'L-12',
      'a rotation with two',
      historyOf([BIRTH, R0], { trail: numbered([issued('0'), used('1'), used('1')]) }),
    ],
    ['L-12', 'an event of nobody', historyOf([BIRTH], { trail: numbered([issued('0'), used('9')]) })],
    [
      'L-12',
      'an event of what was refused',
      historyOf([BIRTH, R0, R1, { kind: 'refresh', input: 'r0', ...REFUSED }], {
        trail: numbered([issued('0'), used('1'), used('2'), used('3')]),
      }),
    ],
    [
      'L-12',
      'a revocation without event',
      historyOf([BIRTH, R0, REVOKED], { trail: numbered([issued('0'), used('1')]) }),
    ],
    [
      'L-12',
      'a gap',
      historyOf([BIRTH], { trail: [{ ...issued('0'), chain: 'main', sequence: 1 }, other(3)] }),
    ],
    ['L-12', 'a chain that does not verify', historyOf([BIRTH], { chainHolds: false })],
  ])('%s %s', (law, _, evidence) => {
    expect(lawsBroken(evidence)).toEqual([law])
  })

  it('once, by the ids of the calls', () => {
    expect(violationsIn(historyOf([BIRTH, { ...BIRTH, output: 's0' }]))).toEqual([
      { law: 'L-1', says: 'a code was redeemed 2 times', calls: ['0', '1'] },
    ])
  })
})

function issued(requestId: string) {
  return { type: 'token.issued', requestId, time: 0 }
}

function used(requestId: string) {
  return { type: 'token.refreshed', requestId, time: 0 }
}

function other(sequence: number): TrailEvent {
  return { type: 'login.succeeded', requestId: 'x', time: 0, chain: 'main', sequence }
}
