import { randomBytes } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { describe, expect, it, vi } from 'vitest'
import type { NumberedKey } from '../keys/data-keys.ts'
import { createHandles, type Handles } from './handles.ts'
import { createReplayGuard } from './replays.ts'

const newPepper = (number: number): NumberedKey => ({ number, key: randomBytes(32) })
const [first, second] = [newPepper(1), newPepper(2)]

const REQUEST = {
  assertions: { takeMadeAt: () => 0 },
  nonces: { runOf: () => 0 },
  ctx: () => ({}) as KoaContextWithOIDC,
  offerNonce: () => undefined,
}

/** A node that honours these, the one in use first, and remembers by all of them. */
const node = (living: NumberedKey[], all = living.toSorted((a, b) => a.number - b.number)) =>
  createHandles({ living: () => living, all: () => all })

describe('what the store is asked by', () => {
  it('is one thing as long as there is one pepper, also on a miss', async () => {
    const look = vi.fn(async () => undefined)
    expect(await node([first]).find(look)).toBeUndefined()
    expect(look).toHaveBeenCalledTimes(1)
  })

  it('is the pepper in use first, and the one before only on a miss', async () => {
    const handles = node([second, first])
    const stored = new Map([
      [node([second]).inUse().key('Session', 'new'), 'new one'],
      [node([first]).inUse().key('Session', 'old'), 'old one'],
    ])
    const look = vi.fn(async (key: string) => stored.get(key))
    const find = (id: string) => handles.find((under) => look(under.key('Session', id)))
    expect((await find('new'))?.found).toBe('new one')
    expect(look).toHaveBeenCalledTimes(1)
    const old = await find('old')
    expect(old?.found).toBe('old one')
    expect(old?.under.key('Session', 'old')).toBe(node([first]).inUse().key('Session', 'old'))
    expect(look).toHaveBeenCalledTimes(3)
  })

  it('follows the keys while the house runs', () => {
    let living = [first]
    const handles = createHandles({ living: () => living, all: () => living })
    const before = handles.inUse()
    living = [second, first]
    expect(handles.peppers()[1]).toBe(before)
    expect(handles.inUse().grantKey('g')).toBe(node([second]).inUse().grantKey('g'))
  })

  it('opens what was sealed under the same pepper for the same value, and nothing else', () => {
    const [one, other] = [node([first]).inUse(), node([second]).inUse()]
    const sealed = one.seal('Interaction', 'value', 'inside')
    expect(one.open('Interaction', 'value', sealed)).toBe('inside')
    expect(() => one.open('Interaction', 'another', sealed)).toThrow('does not open')
    expect(() => other.open('Interaction', 'value', sealed)).toThrow('does not open')
  })
})

describe('the guard against replays', () => {
  const third = newPepper(3)

  it.each([
    ['know of one pepper', node([first]), node([first])],
    ['have another in use', node([second, first]), node([first, second])],
    ['do not know the new one yet', node([second, first]), node([first])],
    ['have retired the first', node([second]), node([second, first])],
    ['have one that is compromised', node([second], [first, second]), node([first])],
    ['have others of both ends', node([third, second]), node([second, third], [first, second, third])],
  ])('lets an assertion through once where nodes %s', async (_, one, other) => {
    for (const order of [
      [one, other],
      [other, one],
    ]) {
      const claims = new Set<string>()
      const store = {
        claim: async (_model: string, key: string) => {
          const claim = claims.has(key) ? 'again' : 'first'
          claims.add(key)
          return claim
        },
      }
      const use = (handles: Handles) =>
        createReplayGuard({ store, handles, ...REQUEST })('client', 'jti', 1000)
      expect((await Promise.all(order.map(use))).filter(Boolean)).toHaveLength(1)
      for (const handles of order) expect(await use(handles)).toBe(false)
    }
  })
})
