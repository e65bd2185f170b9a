import type { Core } from '../../core.ts'
import type { Revoked, Target } from '../../sessions/revoke-access.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { endTarget } from '../end-access.ts'
import { BY_COMMAND } from '../origins.ts'
import { withState } from '../with-core.ts'
import { type Aim, findTarget } from './target.ts'

export async function revoke(
  core: Core,
  { say, print }: CommandContext,
  aim: Aim,
  json: boolean,
): Promise<void> {
  await withState(core, async (state) => {
    const everything = aim.everything === true || aim.before !== undefined
    const target: Target = everything
      ? { kind: 'everything', before: aim.before }
      : await findTarget(core, state, aim)
    // It is acknowledged whether or not the store can be reached: what is left there is dead.
    await whenReachable(state).catch(() => {})
    const revoked = await endTarget(core, state, target, BY_COMMAND)
    if (json) print(JSON.stringify(record(target, revoked)))
    else say(inWords(target, revoked))
  })
}

function inWords(target: Target, { sessions, grants, left }: Revoked): string {
  if (target.kind === 'everything') {
    if (target.before === undefined) return 'Everything that everybody had until now has ended.'
    return `Everything that was issued before ${new Date(target.before).toISOString()} has ended.`
  }
  const gone = `Ended: ${sessions} browser sessions, ${grants} authorizations of clients`
  return left ? `${gone}; more of it is dead, and is taken out of the store in the background.` : `${gone}.`
}

const record = (target: Target, { sessions, grants, left }: Revoked) => ({
  revoked: target.kind === 'account' ? 'user' : target.kind,
  ...('value' in target && { id: target.value }),
  ...('before' in target && target.before !== undefined && { before: new Date(target.before).toISOString() }),
  sessions,
  grants,
  left_to_background: left,
})
