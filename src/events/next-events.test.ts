import { expect, it } from 'vitest'
import type { ChainName } from '../audit/catalogue.ts'
import type { TrailRow } from '../audit/trail-repository.ts'
import { nextEvents, type Positions } from './next-events.ts'

const row = (chain: ChainName, sequence: number, recordedAt: number, id: string): TrailRow =>
  ({ chain, sequence, recordedAt, id }) as TrailRow

const MAIN = [
  row('main', 1, 10, 'a'),
  row('main', 2, 20, 'd'),
  row('main', 3, 20, 'c'),
  row('main', 4, 40, 'g'),
]
const REFRESHES = [row('refreshes', 1, 10, 'b'), row('refreshes', 2, 30, 'e'), row('refreshes', 3, 50, 'h')]
const trail = {
  page: async (chain: ChainName, after: number, limit: number) =>
    (chain === 'main' ? MAIN : REFRESHES).filter(({ sequence }) => sequence > after).slice(0, limit),
}
const HEADS = { main: 4, refreshes: 3 }
const START = { main: 0, refreshes: 0 }
const BOTH = ['main', 'refreshes'] as const
const next = (
  from: Positions,
  limit: number,
  over: { chains?: readonly ChainName[]; heads?: Positions } = {},
) => nextEvents(trail, from, over.heads ?? HEADS, { chains: over.chains ?? BOTH, limit })
const ids = ({ events }: { events: TrailRow[] }) => events.map(({ id }) => id).join('')

it('weaves the chains by time and keeps the order of each', async () => {
  expect(ids(await next(START, 10))).toBe('abdcegh')
})

it('page by page it is the same, without a gap and without a repetition', async () => {
  for (const limit of [1, 2, 3]) {
    let [all, from] = ['', START]
    for (let turn = 0; turn < 20; turn++) {
      const { events, to } = await next(from, limit)
      all += ids({ events })
      from = to
    }
    expect([all, from]).toEqual(['abdcegh', HEADS])
  }
})

it('a chain that is not asked for is passed over', async () => {
  const { to, ...rest } = await next(START, 10, { chains: ['main'] })
  expect([ids(rest), to]).toEqual(['adcg', HEADS])
})

it('what was chained behind the heads waits for the next time', async () => {
  const { to, ...rest } = await next(START, 10, { heads: { main: 2, refreshes: 1 } })
  expect([ids(rest), to]).toEqual(['abd', { main: 2, refreshes: 1 }])
})
