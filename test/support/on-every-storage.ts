import { afterAll, beforeAll, describe } from 'vitest'
import { SET_UP } from './flows.ts'
import { type House, type HouseOptions, openHouse, type Storage } from './house.ts'

/** One house for a group of tests. Tests sign in with agents of their own and leave nothing behind that others see. */
export function withHouse(options: HouseOptions, tests: (house: () => House) => void): void {
  let house: House | undefined
  beforeAll(async () => {
    house = await openHouse({ setUp: SET_UP, ...options })
  })
  afterAll(() => house?.stop())
  tests(() => {
    if (house === undefined) throw new Error('the house is not open')
    return house
  })
}

type Laws = (house: () => House, storage: Storage) => void

/** The same laws on embedded storage, on PostgreSQL alone, and on Redis with PostgreSQL; two nodes where there can be. */
export const onEveryStorage = (tests: Laws, options?: Omit<HouseOptions, 'storage'>): void =>
  onEach(['embedded', 'postgresql', 'redis'], tests, options)

/** For laws that stand above the stores: the smallest storage, and the one that has every part. */
export const onBothStorages = (tests: Laws, options?: Omit<HouseOptions, 'storage'>): void =>
  onEach(['embedded', 'redis'], tests, options)

function onEach(
  storages: readonly Storage[],
  tests: Laws,
  options: Omit<HouseOptions, 'storage'> = {},
): void {
  for (const storage of storages) {
    describe(`on ${storage}`, () => {
      withHouse({ nodes: storage === 'embedded' ? 1 : 2, ...options, storage }, (house) =>
        tests(house, storage),
      )
    })
  }
}
