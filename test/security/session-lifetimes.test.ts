/** How long a browser stays signed in: since its last visit, and at most since the sign-in. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { SET_UP } from '../support/flows.ts'
import { type House, openHouse, type Storage } from '../support/house.ts'
import { isSignedIn, signedIn } from './browsers.ts'

const IDLE = 5000
const ABSOLUTE = 9000

/** How long somebody stayed signed in who comes by all the time, ms since the sign-in. */
async function visitToTheEnd(agent: Agent): Promise<number> {
  const began = performance.now()
  let last = 0
  while (await isSignedIn(agent)) {
    last = performance.now() - began
    await delay(500)
  }
  return last
}

async function lifetimesOn(storage: Storage) {
  const env = { SESSION_EXP: `${IDLE / 1000}s`, SESSION_MAX_EXP: `${ABSOLUTE / 1000}s` }
  const house: House = await openHouse({ storage, env, setUp: SET_UP })
  try {
    const [idle, busy] = [await signedIn(house), await signedIn(house)]
    const stay = visitToTheEnd(busy)
    expect(await isSignedIn(idle)).toBe(true)
    await delay(IDLE + 1000)
    return { idleIsSignedIn: await isSignedIn(idle), stayed: await stay, again: await isSignedIn(busy) }
  } finally {
    await house.stop()
  }
}

it('A-606 a session ends after a pause, and whoever never pauses stays until its absolute end', async () => {
  const storages = ['redis', 'embedded'] as const
  for (const found of await Promise.all(storages.map(lifetimesOn))) {
    expect(found).toEqual({ idleIsSignedIn: false, stayed: expect.any(Number), again: false })
    expect(found.stayed).toBeGreaterThan(IDLE + 1000)
    expect(found.stayed).toBeLessThan(ABSOLUTE + 1000)
  }
})
