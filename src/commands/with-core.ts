import type { StateStore } from '../../adapters/contract.ts'
import { type Core, openCore } from '../core.ts'
import { systemClock } from '../shared/clock.ts'
import { openState } from '../state.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { CommandContext } from './context.ts'

/** A command answers in sentences: of its log only warnings are shown, on stderr like all that is for people. */
const quietLog = ({ say }: Pick<CommandContext, 'say'>) =>
  createLogger({ level: 'warn', destination: { write: (line) => say(line.trimEnd()) } })

/** Opens what a command works on, beside a running server if there is one, and closes it whatever happens. */
export async function withCore<T>(context: CommandContext, work: (core: Core) => Promise<T>): Promise<T> {
  const { config } = context
  const core = await openCore({ config, log: quietLog(context), clock: systemClock, role: 'command' })
  try {
    return await work(core)
  } finally {
    await core.close()
  }
}

/** The same for short-lived state. It may not be reachable yet: `whenReachable` before the first change. */
export async function withState<T>(core: Core, work: (state: StateStore) => Promise<T>): Promise<T> {
  const state = openState({ ...core, log: { warn: () => {} } })
  try {
    return await work(state)
  } finally {
    await state.close()
  }
}
