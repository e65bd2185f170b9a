/** Into a house by the door of its commands: the lower half of it, on the same stores. */
import { readFileSync } from 'node:fs'
import type { StateStore } from '../../adapters/contract.ts'
import { createProgram } from '../../src/commands/run.ts'
import { type Config, parseConfig } from '../../src/config/config.ts'
import { type Core, openCore } from '../../src/core.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { openState, whenReachable } from '../../src/state.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import type { House, RunResult } from './house.ts'

export type { Core }

function configOf(env: Readonly<Record<string, string>>): Config {
  const parsed = parseConfig(env, (path) => readFileSync(path, 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

export async function within<T>(house: House, work: (core: Core) => Promise<T>): Promise<T> {
  const log = createLogger({ level: 'fatal', destination: { write: () => {} } })
  const core = await openCore({ config: configOf(house.env), log, clock: systemClock, role: 'command' })
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

/**
 * `gatehouse …` in this process, for tests of what a command does: how one starts, is refused and ends is seen with
 * `house.run`, which takes ten times as long. Rejects with the error that the shell would be told.
 */
export async function commandWithin(
  house: Pick<House, 'env'>,
  args: readonly string[],
  { env }: { env?: Record<string, string> } = {},
): Promise<RunResult> {
  const result: RunResult = { code: 0, stdout: '', stderr: '' }
  const write = (text: string) => {
    result.stderr += text
  }
  const open = () => ({
    config: configOf({ ...house.env, ...env }),
    say: (text: string) => write(`${text}\n`),
    print: (text: string) => {
      result.stdout += `${text}\n`
    },
  })
  const end = (code: number) => {
    result.code = code
  }
  const argv = ['node', 'gatehouse', ...args]
  const program = await createProgram(argv, open, end)
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])])
    command.configureOutput({ writeErr: write })
  await program.parseAsync(argv)
  return result
}

/** The one-time link by which a person sets a password, as `user create` prints it. */
export const setPasswordLink = (house: House, email: string): Promise<string> =>
  within(house, async ({ accounts, makeLink }) => {
    const account = await accounts.users.findByEmailKey(email)
    const link = account && (await makeLink(account, { actor: 'test' }))
    if (link === undefined) throw new Error(`no link for ${email}`)
    return `/set-password?token=${link.token}`
  })
