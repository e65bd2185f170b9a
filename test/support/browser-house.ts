import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { freePort, startBrowser } from './browser.ts'
import { type House, openHouse } from './house.ts'

/** A house on embedded storage and a browser in front of it, for all tests of a file. */
export function withBrowser(setUp: object): { readonly house: House; readonly browser: Browser } {
  let opened: { house: House; browser: Browser } | undefined
  const get = () => {
    if (opened === undefined) throw new Error('the house is not open')
    return opened
  }
  beforeAll(async () => {
    const house = await openHouse({ storage: 'embedded', browserPort: await freePort(), setUp })
    opened = { house, browser: await startBrowser() }
  }, 120_000)
  afterAll(async () => {
    await opened?.browser.close()
    await opened?.house.stop()
  })
  return {
    get house() {
      return get().house
    },
    get browser() {
      return get().browser
    },
  }
}
