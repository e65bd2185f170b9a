import type { StateStore } from '../../../adapters/contract.ts'
import type { Core } from '../../core.ts'
import { type GivenAccess, listSessions } from '../../sessions/list-sessions.ts'
import { whenReachable } from '../../state.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'
import { findUser } from '../user/find-user.ts'
import { withState } from '../with-core.ts'
import type { Target } from './revoke.ts'

export async function listOf(
  core: Core,
  { print }: CommandContext,
  target: Target,
  json: boolean,
): Promise<void> {
  await withState(core, async (state) => {
    await whenReachable(state)
    const all = []
    for await (const given of await found(core, state, target)) {
      const email = (await core.accounts.users.findBySub(given.account))?.email ?? ''
      if (json) print(JSON.stringify(record(given, email)))
      else all.push(row(given, email))
    }
    if (!json) print(showTable([HEAD, ...all]))
  })
}

async function found(core: Core, state: StateStore, { user, client, session }: Target) {
  if (user !== undefined) return listSessions(state, 'account', (await findUser(core, user)).sub)
  return client === undefined
    ? listSessions(state, 'session', session ?? '')
    : listSessions(state, 'client', client)
}

const HEAD = ['EMAIL', 'CLIENT', 'SESSION', 'SIGNED IN', 'ROTATIONS', 'ENDS']

const time = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

const row = (given: GivenAccess, email: string): string[] => [
  email,
  given.client,
  given.session,
  time(given.signedInAt) ?? '',
  String(given.rotations ?? ''),
  time(given.endsAt) ?? '',
]

const record = (given: GivenAccess, email: string) => ({
  sub: given.account,
  email,
  client_id: given.client,
  session: given.session,
  signed_in_at: time(given.signedInAt),
  rotations: given.rotations ?? null,
  ends_at: time(given.endsAt),
})
