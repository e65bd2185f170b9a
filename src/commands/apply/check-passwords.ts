import type { PasswordPolicy } from '../../accounts/password-policy.ts'
import { passwordRefusal } from '../password-refusals.ts'
import type { Finding } from './finding.ts'
import type { Change } from './plan.ts'
import type { Stored } from './set-up-repository.ts'

/** The policy is asked of passwords that are to be set: one that somebody has stays good, whatever the policy says by now. */
export async function checkPasswords(
  changes: readonly Change[],
  { users }: Pick<Stored, 'users'>,
  policy: Pick<PasswordPolicy, 'minLength' | 'refuse'>,
): Promise<Finding[]> {
  const faults: Finding[] = []
  for (const change of changes) {
    if (change.kind !== 'user' || change.action === 'remove') continue
    const created = change.action === 'create'
    const password = created ? change.to.password : change.password
    if (password?.kind !== 'plain') continue
    const name = created
      ? change.to.name
      : (change.set.name ?? users.find(({ id }) => id === change.id)?.name)
    const refusal = await policy.refuse(password.text, { email: change.name, name })
    if (refusal !== undefined)
      faults.push({ path: password.at, message: passwordRefusal(refusal, policy.minLength) })
  }
  return faults
}
