/** How long it takes until many sessions are ended, by one call: until it is acknowledged, and until nothing is left. */
import { setTimeout as delay } from 'node:timers/promises'
import { createEvent, toStored } from '../src/audit/event.ts'
import { createRevocation } from '../src/revocation.ts'
import { eventOf } from '../src/sessions/event-of.ts'
import type { Target } from '../src/sessions/revoke-access.ts'
import { makeCrowd } from '../test/support/crowd.ts'
import { PERSON } from '../test/support/flows.ts'
import type { House } from '../test/support/house.ts'
import { type Core, withinState } from '../test/support/within.ts'

/** Lines to print. */
export async function revocations(house: House): Promise<string[]> {
  const lines: string[] = []
  for (const [what, count, organization] of [
    ['a user with 1,000 sessions', 1_000, 'one'],
    ['10,000 sessions of one organization', 10_000, 'many'],
  ] as const) {
    await makeCrowd(house, { email: PERSON.email, organization, count, browsers: count })
    lines.push(
      await withinState(house, async (core, state) => {
        const value = count === 1_000 ? await subOf(core) : organization
        const target: Target = { kind: count === 1_000 ? 'account' : 'organization', value }
        const access = createRevocation(core, state)
        const now = core.clock.now()
        const event = toStored(createEvent({ actor: 'bench' }, eventOf(target, now), now))
        const began = performance.now()
        await access.acknowledge(target, event)
        const acknowledged = performance.now()
        while ((await core.cleanUps.next(1)).length > 0) await delay(10)
        const gone = performance.now()
        return `revoking ${what}: acknowledged in ${(acknowledged - began).toFixed(0)} ms, nothing left after ${(gone - began).toFixed(0)} ms`
      }),
    )
  }
  return lines
}

async function subOf({ accounts }: Core): Promise<string> {
  const account = await accounts.users.findByEmailKey(PERSON.email)
  if (account === undefined) throw new Error('the bench has nobody to sign out')
  return account.sub
}
