import { expect, it } from 'vitest'
import { FAULTS, planOf } from '../support/history/plan.ts'
import { createRandom } from '../support/history/random.ts'

const plan = (seed: number, deepFreeze = 0) => {
  const random = createRandom(seed).branch('plan')
  return planOf({ random, calls: 10_000, nodes: 2, faults: FAULTS, times: 3, deepFreeze })
}

it('the same seed is the same plan, and another one another', () => {
  expect(plan(7)).toEqual(plan(7))
  expect(plan(8)).not.toEqual(plan(7))
})

it('a plan has each fault as often as it was asked for, in order, and leaves the ends of a run quiet', () => {
  const planned = plan(7)
  const times = FAULTS.map((fault) => planned.filter((one) => one.fault === fault).length)
  expect(times).toEqual(FAULTS.map(() => 3))
  const after = planned.map((one) => one.after)
  expect(after).toEqual(after.toSorted((a, b) => a - b))
  expect(after.at(0)).toBeGreaterThanOrEqual(1_000)
  expect(after.at(-1)).toBeLessThanOrEqual(9_000)
})

it('one node is frozen for as long as was asked for, and nothing else is another plan for it', () => {
  const [usual, deep] = [plan(7), plan(7, 20_000)]
  const changed = deep.filter(({ ms }, n) => ms !== usual[n]?.ms)
  expect(changed).toEqual([expect.objectContaining({ fault: 'freeze-node', ms: 20_000 })])
})

it('who draws from a branch draws the same, however often others do', () => {
  const [one, other] = [createRandom(7), createRandom(7)]
  for (let n = 0; n < 5; n++) other.between(0, 9)
  const draw = (random: typeof one) => Array.from({ length: 20 }, () => random.between(0, 1_000))
  expect(draw(one.branch('ada'))).toEqual(draw(other.branch('ada')))
  expect(draw(one.branch('ada'))).not.toEqual(draw(one.branch('grace')))
})
