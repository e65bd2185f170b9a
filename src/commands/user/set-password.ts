import type { Core } from '../../core.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { endAccess } from '../end-access.ts'
import { BY_COMMAND } from '../origins.ts'
import { passwordRefusal } from '../password-refusals.ts'
import { Refusal } from '../refusal.ts'
import { withState } from '../with-core.ts'
import { findUser } from './find-user.ts'

/** Whoever gets a new password from the operator may have lost the old one to somebody: what that signed in ends. */
export async function setPassword(
  core: Core,
  { say }: CommandContext,
  email: string,
  password: string,
): Promise<void> {
  const account = await findUser(core, email)
  await withState(core, async (state) => {
    await whenReachable(state)
    const outcome = await core.setPassword(account, password, BY_COMMAND)
    if (!outcome.ok) {
      const { reason } = outcome
      throw new Refusal(
        reason === 'gone'
          ? `${account.email} is gone.`
          : `Refused: the password ${passwordRefusal(reason, core.passwordPolicy.minLength)}.`,
      )
    }
    await endAccess(core, state, { accounts: [account.sub] }, BY_COMMAND)
  })
  say(`${account.email} has a new password, and is signed out everywhere.`)
}
