import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Grant, GrantIndex, GrantOwner, StateStore, StoredEvent } from '../contract.ts'
import { HOUR, LISTENED, type Nodes, newEvent, newKey } from './fixtures.ts'
import { memoryModel } from './memory-model.ts'

type Stores = Pick<StateStore, 'run' | 'grants' | 'artifacts'>

/** One shape for every step: each reads of it what it needs. */
const STEP = fc.record({
  node: fc.constantFrom<'one' | 'two'>('one', 'two'),
  which: fc.nat(3),
  other: fc.nat(2),
  index: fc.constantFrom<GrantIndex>('account', 'client', 'session', 'device', 'organization'),
  life: fc.constantFrom(HOUR, HOUR, HOUR, HOUR, 0),
  notAfter: fc.constantFrom(LISTENED, LISTENED, LISTENED, LISTENED, 0),
  sure: fc.boolean(),
})
type Step = Omit<typeof STEP extends fc.Arbitrary<infer T> ? T : never, 'node'> & { event: StoredEvent }

/** Names are of one run; `created` counts its grants, whose keys are never used twice. */
interface Run {
  id: string
  created: number
}

const grantKey = (run: Run, which: number) =>
  run.created === 0 ? `${run.id}none` : `${run.id}g${which % run.created}`
const owner = (run: Run, which: number) => ({
  account: `${run.id}u${which % 2}`,
  client: `${run.id}c`,
  session: which === 3 ? '' : `${run.id}s${which}`,
  device: which === 2 ? '' : `${run.id}d${which}`,
  organization: which > 0 ? '' : `${run.id}o`,
})
const ownerOf = ({
  account = '',
  client = '',
  session = '',
  device = '',
  organization = '',
}: Partial<Grant> = {}): GrantOwner => ({ account, client, session, device, organization })
const token = (step: Step) => ({ key: `t${step.other}`, payload: { n: step.which }, expiresIn: step.life })
const artifact = (run: Run, { which, other, life, sure }: Step) => ({
  payload: { which, other },
  expiresIn: life,
  ...(sure && { alias: `${run.id}a${other}` }),
  ...(which > 0 && { account: `${run.id}u${other}` }),
})

const STEPS: Record<string, (store: Stores, run: Run, step: Step) => Promise<unknown>> = {
  create: ({ grants }, run, { which, life }) =>
    grants.create(`${run.id}g${run.created++}`, {
      ...owner(run, which),
      content: { which },
      code: { key: `k${which}`, payload: { which }, expiresIn: life },
    }),
  redeem: async ({ grants }, run, { which, other, life, notAfter, sure, event }) => {
    const key = grantKey(run, which)
    const grant = await grants.read(key)
    return grants.redeem(key, {
      ...ownerOf(grant),
      codeKey: sure ? (grant?.code?.key ?? 'none') : `k${other}`,
      grantExpiresIn: other === 0 ? life : HOUR,
      family: {
        payload: { other },
        currentExpiresIn: other === 1 ? life : HOUR,
        endsIn: other === 2 ? life : HOUR,
      },
      notAfter,
      event,
    })
  },
  redeemForToken: async ({ grants }, run, step) => {
    const key = grantKey(run, step.which)
    const grant = await grants.read(key)
    return grants.redeem(key, {
      ...ownerOf(grant),
      codeKey: grant?.code?.key ?? 'none',
      grantExpiresIn: HOUR,
      notAfter: step.notAfter,
      event: step.event,
      token: token(step),
    })
  },
  rotate: async (store, run, step) => {
    const { grants } = store
    const key = grantKey(run, step.which)
    const family = (await grants.read(key))?.family
    const expected = step.sure ? (family?.number ?? 0) : step.other
    return grants.rotate(key, {
      expected,
      becomes: expected + step.which,
      run: await store.run(),
      use: {
        ...(step.sure && { who: `w${step.other}` }),
        ...(step.which > 1 && { caughtUp: true as const }),
      },
      keep: (family?.uses ?? []).slice(0, step.other),
      currentExpiresIn: step.other === 0 ? step.life : HOUR,
      notAfter: step.notAfter,
      event: step.event,
      ...(step.sure && { token: token({ ...step, life: HOUR }) }),
    })
  },
  read: ({ grants }, run, { which }) => grants.read(grantKey(run, which)),
  readToken: ({ grants }, run, { which, other }) => grants.readToken(grantKey(run, which), `t${other}`),
  dropToken: ({ grants }, run, { which, other, event }) =>
    grants.dropToken(grantKey(run, which), `t${other}`, event),
  revoke: ({ grants }, run, { which, event }) => grants.revoke(grantKey(run, which), event),
  revokeUntil: ({ grants }, run, { which, event, notAfter }) =>
    grants.revokeUntil(grantKey(run, which), event, notAfter),
  revokeEach: ({ grants }, run, { which, other, event }) =>
    grants.revokeEach([...new Set([grantKey(run, which), grantKey(run, other)])], event),
  put: ({ artifacts }, run, step) => artifacts.put('M', `${run.id}${step.which}`, artifact(run, step)),
  replace: ({ artifacts }, run, step) =>
    artifacts.replace('M', `${run.id}${step.which}`, artifact(run, step)),
  get: ({ artifacts }, run, { which }) => artifacts.get('M', `${run.id}${which}`),
  getByAlias: ({ artifacts }, run, { other }) => artifacts.getByAlias('M', `${run.id}a${other}`),
  consume: ({ artifacts }, run, { which }) => artifacts.consume('M', `${run.id}${which}`),
  destroy: ({ artifacts }, run, { which, event }) => artifacts.destroy('M', `${run.id}${which}`, event),
  destroyByAlias: ({ artifacts }, run, { which, other, event }) =>
    artifacts.destroyByAlias('M', [...new Set([`${run.id}a${other}`, `${run.id}a${which}`])], event),
  destroyAllOf: ({ artifacts }, run, { other, event }) =>
    artifacts.destroyAllOf('M', `${run.id}u${other}`, event),
  claim: ({ artifacts }, run, { which }) => artifacts.claim('M', `${run.id}${which}`, HOUR, LISTENED),
}

/** What two stores must agree on: times only as far as they decide. */
const shape = (outcome: unknown): unknown =>
  JSON.parse(
    JSON.stringify(outcome ?? null, (name, value: unknown) => {
      if (['readAt', 'run', 'bornIn', 'writtenIn', 'expiresIn', 'endsIn', 'at'].includes(name))
        return undefined
      if (name === 'currentExpiresIn') return Number(value) > 0
      return name === 'consumedFor' ? true : value
    }),
  )

const KINDS = [
  ...Object.keys(STEPS),
  'create',
  'create',
  'redeem',
  'redeem',
  'rotate',
  'rotate',
  'put',
  'put',
]

export function describeModel(nodes: Nodes): void {
  it('agrees with a simple model, whatever is done in whatever order', async () => {
    const sequences = fc.array(fc.tuple(fc.constantFrom(...KINDS), STEP), { minLength: 10, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const id = newKey()
        const model = memoryModel()
        const [real, imagined]: [Run, Run] = [
          { id, created: 0 },
          { id, created: 0 },
        ]
        const told: string[] = []
        for (const [kind, drawn] of sequence) {
          const step = { ...drawn, event: newEvent() }
          told.push(step.event.id)
          const done = await STEPS[kind]?.(nodes[drawn.node], real, step)
          expect(shape(done), kind).toEqual(shape(await STEPS[kind]?.(model, imagined, step)))
        }
        const kept = await nodes.kept()
        expect(told.filter((event) => kept.has(event))).toEqual(told.filter((event) => model.kept.has(event)))
      }),
      { numRuns: 60 },
    )
  }, 60_000)
}
