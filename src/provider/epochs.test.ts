import { beforeEach, describe, expect, it } from 'vitest'
import type { Grant } from '../../adapters/contract.ts'
import type { End } from '../sessions/ends-repository.ts'
import { createEpochs, isCurrentGrant, namesOf } from './epochs.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')

/** What is stored; each test begins anew. */
let store: {
  ada: { epoch: number; ends: number } | undefined
  web: number
  firstParty: number
  acme: number
  everything: number
  issuedBefore: number | undefined
  ended: End[]
  asked: number
}
beforeEach(() => {
  store = {
    ada: { epoch: 2, ends: 0 },
    web: 0,
    firstParty: 0,
    acme: 0,
    everything: 0,
    issuedBefore: undefined,
    ended: [],
    asked: 0,
  }
})

const epochs = createEpochs({
  findAccount: async (sub) => (sub === 'ada' ? store.ada : undefined),
  findBuiltInClient: async () => ({ epoch: store.firstParty }),
  findClient: async (id) => (id === 'web' ? { epoch: store.web } : undefined),
  findOrganization: async (id) => (id === 'acme' ? { epoch: store.acme } : undefined),
  findEverything: async () => ({ epoch: store.everything, issuedBefore: store.issuedBefore }),
  wasEnded: async (names) => {
    store.asked++
    return names.some(({ kind, value }) =>
      store.ended.some((end) => end.kind === kind && end.value === value),
    )
  },
  clock: { now: () => NOON },
})

const owner = { account: 'ada', client: 'web', organization: 'acme' }
const grant: Grant = {
  ...owner,
  session: 's',
  device: 'd',
  readAt: NOON,
  run: 0,
  bornIn: 0,
  writtenIn: 0,
  content: {},
  expiresIn: 1000,
  code: { key: 'c', payload: { scope: 'openid offline_access' }, expiresIn: 1000 },
  family: { number: 0, uses: [], payload: {}, currentExpiresIn: 1000, endsIn: 1000 },
}

describe('what was made counts', () => {
  it('until everything of its person, client or organization, or of all, is ended', async () => {
    const made = await epochs.now(owner)
    expect(made).toEqual({ a: 2, t: NOON / 1000 })
    expect(await epochs.isCurrent(owner, made, [])).toBe(true)
    const changes: ((s: typeof store) => void)[] = [
      (s) => s.ada && s.ada.epoch++,
      (s) => s.web++,
      (s) => s.acme++,
      (s) => s.everything++,
    ]
    for (const change of changes) {
      const before = structuredClone(store)
      change(store)
      expect(await epochs.isCurrent(owner, made, [])).toBe(false)
      expect(await epochs.isCurrent(owner, await epochs.now(owner), [])).toBe(true)
      store = before
    }
  })

  it('until everything of the built-in client is ended', async () => {
    const own = { account: 'ada', client: 'first-party' }
    const made = await epochs.now(own)
    store.firstParty++
    expect(await epochs.isCurrent(own, made, [])).toBe(false)
    expect(await epochs.isCurrent(own, await epochs.now(own), [])).toBe(true)
    expect(await epochs.isCurrent(owner, await epochs.now(owner), [])).toBe(true)
  })

  it('unless it was issued before a moment; what does not say when was', async () => {
    const made = await epochs.now(owner)
    store.issuedBefore = NOON
    expect(await epochs.isCurrent(owner, made, [])).toBe(true)
    store.issuedBefore = NOON + 1
    expect(await epochs.isCurrent(owner, made, [])).toBe(false)
    expect(await epochs.isCurrent({ client: 'web' }, undefined, [])).toBe(false)
  })

  it('never for somebody who is gone; the built-in client has no row', async () => {
    const made = await epochs.now(owner)
    store.ada = undefined
    expect(await epochs.isCurrent(owner, made, [])).toBe(false)
    expect(await epochs.isCurrent({ client: 'built-in' }, made, [])).toBe(true)
  })

  it('until it is ended by name, which is asked only where something of its person was', async () => {
    const content = { epochs: await epochs.now(owner) }
    const counts = () => isCurrentGrant(epochs, 'key', { ...grant, content })
    expect([await counts(), store.asked]).toEqual([true, 0])
    store.ada = { epoch: 2, ends: 1 }
    expect([await counts(), store.asked]).toEqual([true, 1])
    for (const [kind, value] of [
      ['family', 'key'],
      ['session', 's'],
      ['device', 'd'],
    ] as const) {
      store.ended = [{ kind, value }]
      expect(await counts()).toBe(false)
      store.ended = [{ kind, value: 'another' }]
      expect(await counts()).toBe(true)
    }
    const { family: _, ...bare } = { ...grant, content }
    store.ended = [{ kind: 'sign_on', value: 's' }]
    expect(await counts()).toBe(true)
    expect(await isCurrentGrant(epochs, 'key', bare)).toBe(false)
    const online = { ...grant, content, code: { ...grant.code, payload: { scope: 'openid' } } } as Grant
    expect(await isCurrentGrant(epochs, 'key', online)).toBe(false)
  })

  it('and nothing is ended by an empty name', () => {
    expect(namesOf('key', { ...grant, session: '', device: '' })).toEqual([{ kind: 'family', value: 'key' }])
  })
})
