import { type Level, reaches } from '../../security/sign-in-policy/levels.ts'
import type { Clock } from '../../shared/clock.ts'
import { levelOfAcr } from '../../sign-in/assurance.ts'
import type { SignedIn } from './page.ts'

/** A change of what matters takes a proof of who it is that is so old at most; seconds. */
export const FRESH_FOR = 5 * 60

export interface FreshUse {
  /** How much a person has to prove for what matters. */
  levelOf: (sub: string) => Promise<Level>
  clock: Clock
}

/** Whether somebody has proven a moment ago who they are, with all that it takes. */
export async function isFresh(
  { levelOf, clock }: FreshUse,
  { sub, authTime, acr }: SignedIn,
): Promise<boolean> {
  const isLately = clock.now() / 1000 - authTime <= FRESH_FOR
  return isLately && reaches(levelOfAcr(acr) ?? '1fa', await levelOf(sub))
}
