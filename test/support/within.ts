/** Into a house by the door of its commands: the lower half of it, on the same stores. */
import { readFileSync } from 'node:fs'
import type { StateStore } from '../../adapters/contract.ts'
import { parseConfig } from '../../src/config/config.ts'
import { type Core, openCore } from '../../src/core.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { openState, whenReachable } from '../../src/state.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import type { House } from './house.ts'

export type { Core }

export async function within<T>(house: House, work: (core: Core) => Promise<T>): Promise<T> {
  const parsed = parseConfig(house.env, (path) => readFileSync(path, 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const log = createLogger({ level: 'fatal', destination: { write: () => {} } })
  const core = await openCore({ config: parsed.config, log, clock: systemClock, role: 'command' })
  try {
    return await work(core)
  } finally {
    await core.close()
  }
}

/** The same with its short-lived state. */
export const withinState = <T>(
  house: House,
  work: (core: Core, state: StateStore) => Promise<T>,
): Promise<T> =>
  within(house, async (core) => {
    const state = openState({ ...core, log: { warn: () => {} } })
    try {
      await whenReachable(state)
      return await work(core, state)
    } finally {
      await state.close()
    }
  })

/** The one-time link by which a person sets a password, as `user create` prints it. */
export const setPasswordLink = (house: House, email: string): Promise<string> =>
  within(house, async ({ accounts, makeLink }) => {
    const account = await accounts.users.findByEmailKey(email)
    const link = account && (await makeLink(account, { actor: 'test' }))
    if (link === undefined) throw new Error(`no link for ${email}`)
    return `/set-password?token=${link.token}`
  })
