import type { UserChanges } from '../../accounts/users-repository.ts'
import type { DesiredPassword, DesiredUser } from './desired.ts'
import { differences, type FieldChange } from './fields.ts'
import type { ChangeOf, Facts, PlanOptions } from './plan.ts'
import type { StoredUser } from './set-up-repository.ts'

export function planUser(
  stored: readonly StoredUser[],
  desired: DesiredUser,
  facts: Facts,
  { managedBy }: PlanOptions,
): ChangeOf<'user'> | undefined {
  const before = stored.find(({ emailKey }) => emailKey === desired.address.key)
  if (before === undefined) {
    const fields = [...differences({}, described(desired)), ...passwordField(undefined, desired.password)]
    return { kind: 'user', action: 'create', name: desired.address.email, fields, to: desired, managedBy }
  }
  const password = passwordFits(before, desired, facts) ? undefined : desired.password
  const fields = [...changed(before, desired), ...passwordField(before, password)]
  if (fields.length === 0) return undefined
  const { id, sub, email } = before
  return {
    kind: 'user',
    action: 'update',
    name: email,
    id,
    sub,
    fields,
    set: toSet(before, desired),
    password,
  }
}

function passwordFits(before: StoredUser, { address, password }: DesiredUser, facts: Facts): boolean {
  if (before.passwordHash === undefined || password === undefined) return false
  return password.kind === 'hash' ? before.passwordHash === password.phc : facts.passwordFits(address.key)
}

function passwordField(before: StoredUser | undefined, password: DesiredPassword | undefined): FieldChange[] {
  if (password === undefined) return []
  return [{ field: 'password', secret: before?.passwordHash === undefined ? 'set' : 'changed' }]
}

/** By the names of the file, without what it leaves out. */
const described = (user: DesiredUser): Record<string, unknown> => ({
  ...(user.emailVerified !== undefined && { email_verified: user.emailVerified }),
  ...(user.name !== undefined && { name: user.name }),
  ...user.profile,
  ...(user.serverRoles !== undefined && { server_roles: [...user.serverRoles] }),
  ...(user.disabled !== undefined && { disabled: user.disabled }),
})

function changed(before: StoredUser, desired: DesiredUser): FieldChange[] {
  const { email, emailVerified: email_verified, name, profile, serverRoles: server_roles, disabled } = before
  const now: Record<string, unknown> = { ...profile, email_verified, name, server_roles, disabled, email }
  const then = { ...described(desired), email: desired.address.email }
  return differences(Object.fromEntries(Object.keys(then).map((field) => [field, now[field]])), then)
}

const toSet = (before: StoredUser, desired: DesiredUser): UserChanges => ({
  email: desired.address.email,
  profile: { ...before.profile, ...desired.profile },
  ...(desired.emailVerified !== undefined && { emailVerified: desired.emailVerified }),
  ...(desired.name !== undefined && { name: desired.name }),
  ...(desired.serverRoles !== undefined && { serverRoles: desired.serverRoles }),
  ...(desired.disabled !== undefined && { disabled: desired.disabled }),
})
