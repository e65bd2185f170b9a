import type { Level } from '../security/sign-in-policy/levels.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import { levelOf, levelOfAcr, type Proof } from '../sign-in/assurance.ts'

/** Of a session: by what its person proved to be it, where that is known, and what it was said to be worth. */
interface Shown {
  proofs: readonly Proof[] | undefined
  acr: string | undefined
}

/**
 * What a session is worth. What was proven by a method that the policy doesn't take counts for nothing; undefined where
 * nothing counts.
 */
export function levelUnder(
  { proofs, acr }: Shown,
  { methods }: Pick<SignInPolicy, 'methods'>,
): Level | undefined {
  const counted = proofs?.filter(({ method }) => methods.includes(method))
  if (counted?.length === 0) return undefined
  return counted === undefined ? (levelOfAcr(acr) ?? '1fa') : levelOf(counted)
}
