/** Into a house by the door of its commands: the lower half of it, on the same stores. */
import { readFileSync } from 'node:fs'
import { parseConfig } from '../../src/config/config.ts'
import { type Core, openCore } from '../../src/core.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import type { House } from './house.ts'

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

/** The one-time link by which a person sets a password, as `user create` prints it. */
export const setPasswordLink = (house: House, email: string): Promise<string> =>
  within(house, async ({ accounts, makeLink }) => {
    const account = await accounts.users.findByEmailKey(email)
    const link = account && (await makeLink(account))
    if (link === undefined) throw new Error(`no link for ${email}`)
    return `/set-password?token=${link.token}`
  })
