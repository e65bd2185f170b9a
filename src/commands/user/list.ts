import type { Account } from '../../accounts/account.ts'
import type { Core } from '../../core.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'

const PAGE = 1000

export async function listUsers({ accounts }: Core, { print }: CommandContext, json: boolean): Promise<void> {
  const all: Account[] = []
  for (let page: Account[] | undefined; page === undefined || page.length === PAGE; all.push(...page)) {
    const after = page?.at(-1)?.id
    page = await accounts.users.list({ limit: PAGE, ...(after !== undefined && { after }) })
  }
  print(json ? JSON.stringify(all.map(record), null, 2) : showTable([HEAD, ...all.map(row)]))
}

const day = (time: number | undefined): string =>
  time === undefined ? 'never' : new Date(time).toISOString().slice(0, 10)

const HEAD = ['EMAIL', 'NAME', 'ROLES', 'STATE', 'CREATED', 'SIGNED IN', 'MADE BY']

const row = (user: Account): string[] => [
  user.email,
  user.name ?? '',
  user.serverRoles.join(' '),
  user.disabled ? 'disabled' : 'enabled',
  day(user.createdAt),
  day(user.lastSignInAt),
  user.managedBy ?? 'hand',
]

const iso = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString()

const record = (user: Account) => ({
  sub: user.sub,
  email: user.email,
  email_verified: user.emailVerified,
  name: user.name ?? null,
  server_roles: user.serverRoles,
  disabled: user.disabled,
  created_at: iso(user.createdAt),
  last_sign_in_at: iso(user.lastSignInAt),
  managed_by: user.managedBy ?? null,
})
