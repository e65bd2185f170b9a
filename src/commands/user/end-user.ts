import type { StateStore } from '../../../adapters/contract.ts'
import type { Account } from '../../accounts/account.ts'
import { deleteUser } from '../../accounts/delete-user.ts'
import { disableUser } from '../../accounts/disable-user.ts'
import { enableUser } from '../../accounts/enable-user.ts'
import type { Core } from '../../core.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { endAccess } from '../end-access.ts'
import { BY_COMMAND } from '../origins.ts'
import { tellOthers } from '../tell-others.ts'
import { withState } from '../with-core.ts'
import { findUser } from './find-user.ts'

type Step = (core: Core, state: StateStore, account: Account) => Promise<string>

const end = (core: Core, state: StateStore, { sub }: Account) =>
  endAccess(core, state, { accounts: [sub] }, BY_COMMAND)

const tell = (core: Core, { sub }: Account) => tellOthers(core, { accounts: [sub] })

/** The door is closed first, on every node: nothing new comes in while what is inside is ended. */
const disable: Step = async (core, state, account) => {
  const disabled = await disableUser(core)(account.id, BY_COMMAND)
  await tell(core, account)
  await end(core, state, account)
  return disabled === undefined ? 'was disabled before' : 'is disabled and signed out everywhere'
}

/** A request that was under way while the account was being disabled may have left something behind. */
const enable: Step = async (core, state, account) => {
  await end(core, state, account)
  await enableUser(core)(account.id, BY_COMMAND)
  await tell(core, account)
  return 'may sign in'
}

const remove: Step = async (core, state, account) => {
  await deleteUser(core)(account.id, BY_COMMAND)
  await tell(core, account)
  await end(core, state, account)
  return 'is deleted, with all that was signed in'
}

export const STEPS = { disable, enable, delete: remove } as const

export async function changeUser(
  core: Core,
  { say }: CommandContext,
  email: string,
  step: keyof typeof STEPS,
): Promise<void> {
  const account = await findUser(core, email)
  await withState(core, async (state) => {
    await whenReachable(state)
    say(`${account.email} ${await STEPS[step](core, state, account)}.`)
  })
}
