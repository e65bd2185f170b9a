/** Hundreds of changes at random, some of which fail: each that was made has one event, and each event its change. */
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../adapters/contract.ts'
import { createFamily, createGrant, endAll, redemptionOf, rotationOf } from '../../adapters/spec/fixtures.ts'
import { disableUser } from '../../src/accounts/disable-user.ts'
import { enableUser } from '../../src/accounts/enable-user.ts'
import { createEvent, type NewEvent, toStored } from '../../src/audit/event.ts'
import { auditChainJob } from '../../src/workers/audit-chain.ts'
import { SET_UP } from '../support/flows.ts'
import { openHouse, type Storage } from '../support/house.ts'
import { signInsOver } from '../support/sign-ins.ts'
import { expectWhole, trailOf } from '../support/trail.ts'
import { type Core, withinState } from '../support/within.ts'

const AT_ONCE = 4

/** Each change has an id of its own, which its event carries as the request's. */
interface World {
  core: Core
  state: StateStore
  people: { id: string; sub: string; email: string }[]
  families: { key: string; number: number }[]
}

/** What was made, by the types of the events that must tell of it. */
type Operation = (world: World, requestId: string, pick: number) => Promise<string[]>

const told = ({ core }: World, requestId: string, event: NewEvent) =>
  toStored(createEvent({ requestId }, event, core.clock.now()))

const anyOf = <T>(all: readonly T[], pick: number): T | undefined => all[pick % Math.max(1, all.length)]

const OPERATIONS: Record<string, Operation> = {
  create: async ({ core, people }, requestId) => {
    const email = `${requestId}@example.com`
    const made = await core.createUser({ email }, { requestId })
    if (made.ok) people.push({ id: made.account.id, sub: made.account.sub, email })
    return made.ok ? ['user.created'] : []
  },
  createTwice: async ({ core, people }, requestId, pick) => {
    const taken = anyOf(people, pick)
    if (taken === undefined) return []
    expect(await core.createUser({ email: taken.email }, { requestId })).toMatchObject({ ok: false })
    return []
  },
  failing: async ({ core }, requestId) => {
    const failing = core.accounts.atomically(async (inside) => {
      const event = createEvent({ requestId }, { type: 'user.deleted' }, core.clock.now())
      await inside.record(event)
      throw new Error('a later step')
    })
    await expect(failing).rejects.toThrow('a later step')
    return []
  },
  disable: async ({ core, people }, requestId, pick) => {
    const person = anyOf(people, pick)
    const disabled = person && (await disableUser(core)(person.id, { requestId }))
    return disabled === undefined ? [] : ['user.disabled']
  },
  enable: async ({ core, people }, requestId, pick) => {
    const person = anyOf(people, pick)
    return person && (await enableUser(core)(person.id, { requestId })) ? ['user.enabled'] : []
  },
  signIn: async ({ core, people }, requestId, pick) => {
    const email = anyOf(people, pick)?.email ?? 'nobody@example.com'
    await signInsOver(core)(email, 'wrong 0815 wrong', { requestId })
    return ['login.failed']
  },
  consent: async ({ core, people }, requestId, pick) => {
    const sub = anyOf(people, pick)?.sub ?? 'nobody'
    const consent = { scopes: ['openid'], claims: [], resources: {} }
    const giving = core.giveConsent(sub, 'portal', consent, { requestId })
    if (sub !== 'nobody') return giving.then(() => ['consent.given'])
    await expect(giving).rejects.toThrow('foreign key')
    return []
  },
  redeem: async (world, requestId) => {
    const { state, families } = world
    const grant = await createGrant(state)
    const event = told(world, requestId, {
      type: 'token.issued',
      details: { grant_type: 'authorization_code', scope: 'openid' },
    })
    const family = { payload: {}, currentExpiresIn: 3_600_000, endsIn: 3_600_000 }
    await state.grants.redeem(grant.key, redemptionOf(grant, { event, family }))
    families.push({ key: grant.key, number: 0 })
    return ['token.issued']
  },
  rotate: async (world, requestId, pick) => {
    const family = anyOf(world.families, pick)
    if (family === undefined) return []
    const event = told(world, requestId, { type: 'token.refreshed', details: { number: 1, repeat: false } })
    const { status } = await world.state.grants.rotate(family.key, rotationOf(family.number, { event }))
    if (status === 'rotated') family.number++
    return status === 'rotated' ? ['token.refreshed'] : []
  },
  revoke: async (world, requestId, pick) => {
    const family = anyOf(world.families, pick)
    const event = told(world, requestId, { type: 'grant.revoked' })
    return family && (await world.state.grants.revoke(family.key, event)) ? ['grant.revoked'] : []
  },
  endAll: async (world, requestId) => {
    const { owner } = await createFamily(world.state)
    for (let n = 0; n < 3; n++) await createFamily(world.state, owner)
    const event = told(world, requestId, { type: 'user.tokens_revoked' })
    expect(await endAll(world.state.grants, 'account', owner.account, event)).toBe(4)
    return ['user.tokens_revoked']
  },
}

/** Nobody else leads: the job must not need to. */
const LEASE = { stillHeld: async () => {} }

const NAMES = Object.keys(OPERATIONS)

/** All the while two processes do the job that moves and chains. */
async function live(world: World, drawn: readonly { name: string; pick: number }[]) {
  const { core, state } = world
  const job = () => auditChainJob({ events: state.events, inbox: core.eventInbox, chain: core.auditChain })
  let over = false
  const working = [job(), job()].map(async ({ run }) => {
    while (!over) {
      await run(core.clock.now(), LEASE)
      await delay(20)
    }
  })
  const made = new Map<string, string[]>()
  const left = [...drawn.entries()]
  const hands = Array.from({ length: AT_ONCE }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [n, { name, pick }] = next
      made.set(`op-${n}`, (await OPERATIONS[name]?.(world, `op-${n}`, pick)) ?? [])
    }
  })
  await Promise.all(hands).finally(() => {
    over = true
    return Promise.all(working)
  })
  await job().run(core.clock.now(), LEASE)
  return made
}

/** More where both stores keep events. Embedded storage is the first with one change at a time. */
const STORAGES: [Storage, number][] = [
  ['postgresql', 300],
  ['redis', 1000],
]

describe.each(STORAGES)('on %s', (storage, operations) => {
  it(`A-926 L-12 of ${operations} operations each one that changed something has one event`, async () => {
    const house = await openHouse({ storage, nodes: 0, setUp: SET_UP })
    const [drawn = []] = fc.sample(
      fc.array(fc.record({ name: fc.constantFrom(...NAMES), pick: fc.nat(500) }), {
        minLength: operations,
        maxLength: operations,
      }),
      1,
    )
    const made = await withinState(house, (core, state) =>
      live({ core, state, people: [], families: [] }, drawn),
    )
    const trail = await trailOf(house)
    const found = Object.groupBy(trail, ({ event }) => String(event['request_id']))
    for (const [requestId, types] of made)
      expect({ requestId, types: (found[requestId] ?? []).map(({ event }) => event.type) }).toEqual({
        requestId,
        types,
      })
    expect([...made.values()].flat().length).toBeGreaterThan(operations / 3)
    await expectWhole(house)
    await house.stop()
  })
})
