import { describe, expect, it } from 'vitest'
import type { Account } from '../../accounts/account.ts'
import type { AccountIdentitiesModel } from '../../pages/account-identity-models.ts'
import { type ConnectedIdentity, createIdentitiesPage, IDENTITIES, type IdentitiesUse } from './identities.ts'
import type { Visit } from './page.ts'

const account = { id: 'a1' } as Account
const acme = { slug: 'acme', name: 'Acme' }
const identity = { id: 'i1', connector: 'Acme', usable: true, label: undefined, createdAt: 0 }
const mine: ConnectedIdentity = { ...identity, lastUsedAt: undefined }
const to = { name: 'Acme', href: 'https://acme.example/authorize' }

const useOf = (given: Partial<IdentitiesUse> = {}): IdentitiesUse => ({
  connectors: async () => [acme],
  identitiesOf: async () => [mine],
  connect: async () => to,
  disconnect: async () => 'removed',
  ...given,
})

/** A visit, and what came of it. */
function visiting(query: Record<string, string | string[]> = {}, method = 'GET') {
  const shown: { error: AccountIdentitiesModel['error'] | undefined; status: number }[] = []
  const came: unknown[] = []
  const visit = {
    ...{ account, ctx: { method, query }, origin: {} },
    show: (_name: string, { error }: AccountIdentitiesModel, { status = 200 } = {}) =>
      shown.push({ error, status }),
    refuse: async (alert: string) => came.push(alert),
    done: (what: string, path: string) => came.push([what, path]),
    goOn: (where: object) => came.push(where),
  } as unknown as Visit
  return { visit, shown, came }
}

it.each([
  ['something can be connected', [acme], [], true],
  ['nothing can, but somebody has', [], [mine], true],
  ['nothing can and nobody has', [], [], false],
])('is there or not, where %s', async (_where, connectors, identities, there) => {
  const use = useOf({ connectors: async () => connectors, identitiesOf: async () => identities })
  expect(await createIdentitiesPage(use).isThere?.(account)).toBe(there)
})

it('offers no more to whoever has as many as there may be', async () => {
  const identitiesOf = async () => Array.from({ length: 20 }, (_, n) => ({ ...mine, id: `i${n}` }))
  const page = createIdentitiesPage(useOf({ identitiesOf }))
  const offered: unknown[] = []
  const { visit } = visiting()
  const watching = {
    ...visit,
    show: (_name: string, { connectors }: AccountIdentitiesModel) => offered.push(connectors),
  }
  await page.show(watching as unknown as Visit)
  expect(offered).toEqual([[]])
  await expect(page.submit?.(visit, { connect: 'acme' })).rejects.toThrow('nothing like that')
})

describe('who comes back with nothing', () => {
  it.each([
    ['is told that it is taken', { error: 'taken', at: 'acme' }, { kind: 'taken', connector: 'Acme' }, 400],
    [
      'is told that it ended',
      { error: 'declined', at: 'acme' },
      { kind: 'declined', connector: 'Acme' },
      400,
    ],
    ['is told that it failed', { error: 'failed', at: 'acme' }, { kind: 'failed', connector: 'Acme' }, 503],
    ['is told nothing of a place that there is not', { error: 'failed', at: 'nowhere' }, undefined, 200],
    ['is told nothing of what is no error of ours', { error: 'toString', at: 'acme' }, undefined, 200],
    ['is told nothing without a place', { error: 'taken' }, undefined, 200],
    ['is told nothing of two places', { error: 'taken', at: ['acme', 'acme'] }, undefined, 200],
  ])('%s', async (_what, query, error, status) => {
    const { visit, shown } = visiting(query)
    await createIdentitiesPage(useOf()).show(visit)
    expect(shown).toEqual([{ error, status }])
  })

  it('is not told again when a form of that page is refused', async () => {
    const { visit, shown } = visiting({ error: 'taken', at: 'acme' }, 'POST')
    await createIdentitiesPage(useOf()).show(visit)
    expect(shown).toEqual([{ error: undefined, status: 200 }])
  })
})

describe('connecting', () => {
  it('goes on elsewhere', async () => {
    const { visit, came } = visiting({}, 'POST')
    await createIdentitiesPage(useOf()).submit?.(visit, { connect: 'acme' })
    expect(came).toEqual([to])
  })

  it('says so where it can’t be asked now', async () => {
    const { visit, shown } = visiting({}, 'POST')
    const page = createIdentitiesPage(useOf({ connect: async () => undefined }))
    await page.submit?.(visit, { connect: 'acme' })
    expect(shown).toEqual([{ error: { kind: 'failed', connector: 'Acme' }, status: 503 }])
  })

  it('leads nowhere that is not offered', async () => {
    const { visit } = visiting({}, 'POST')
    const page = createIdentitiesPage(useOf())
    await expect(page.submit?.(visit, { connect: 'nowhere' })).rejects.toThrow(/nothing like that/)
  })
})

describe('disconnecting', () => {
  it.each([
    ['ends at the page', [acme], IDENTITIES],
    ['ends at the overview where the page is gone with it', [], '/account'],
  ])('%s', async (_what, connectors, path) => {
    const { visit, came } = visiting({}, 'POST')
    const use = useOf({ connectors: async () => connectors, identitiesOf: async () => [] })
    await createIdentitiesPage(use).submit?.(visit, { remove: 'i1' })
    expect(came).toEqual([['identity_unlinked', path]])
  })

  it('is refused of what has to stay', async () => {
    const { visit, came } = visiting({}, 'POST')
    const page = createIdentitiesPage(useOf({ disconnect: async () => 'needed' }))
    await page.submit?.(visit, { remove: 'i1' })
    expect(came).toEqual(['needed'])
  })

  it('is refused of what is not theirs', async () => {
    const { visit } = visiting({}, 'POST')
    const page = createIdentitiesPage(useOf({ disconnect: async () => undefined }))
    await expect(page.submit?.(visit, { remove: 'i2' })).rejects.toThrow(/in your account/)
  })
})

it('a form of neither is not read', async () => {
  const { visit } = visiting({}, 'POST')
  expect(() => createIdentitiesPage(useOf()).submit?.(visit, {})).toThrow(/can not be read/)
})
