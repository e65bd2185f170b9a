/**
 * What a new password must be (NIST SP 800-63B-4 §3.1.1.2, ASVS V6.2): long enough, not what is tried first, not made of
 * what everybody knows of the person or the service, not one that has become known. No rules about kinds of letters. Only
 * new passwords are asked; old ones stay good.
 */
import type { IsBreached } from '../security/breached-passwords.ts'
import type { Estimate, PasswordStrength } from '../security/password-strength.ts'
import { refuseShape, type ShapeRefusal } from './password-shape.ts'
import { wordsOf, wordsOfHouse } from './password-words.ts'

export type PasswordRefusal =
  | ShapeRefusal
  /** Among the first that a guesser tries. */
  | 'common'
  /** Made of the person's name or address. */
  | 'personal'
  /** Made of the service's name, its host, or the operator's words. */
  | 'local_word'
  | 'breached'

/** Whose password it is to be, as far as that is known. */
export interface PasswordOwner {
  email?: string | undefined
  name?: string | undefined
}

export interface PasswordPolicy {
  minLength: number
  /** Undefined when it may be set. Rejects as `busy` when too many ask. */
  refuse(password: string, owner: PasswordOwner): Promise<PasswordRefusal | undefined>
  /** While it is typed: nobody else is asked, so it may still be refused as one that has become known. */
  rate(password: string, owner: PasswordOwner): Promise<Rating>
}

export type RefusePassword = PasswordPolicy['refuse']

export interface Rating {
  /** 0 to 4; 0 where it is refused at a glance. */
  score: Estimate['score']
  refusal: PasswordRefusal | undefined
}

export interface PasswordPolicyUse {
  minLength: number
  issuer: string
  /** What the operator calls the service. */
  brand: string
  strength: Pick<PasswordStrength, 'estimate'>
  isBreached: IsBreached
}

export function createPasswordPolicy(use: PasswordPolicyUse): PasswordPolicy {
  const house = wordsOfHouse(use)
  const rate = async (password: string, owner: PasswordOwner): Promise<Rating> => {
    const shape = refuseShape(password, owner, use.minLength)
    if (shape !== undefined) return { score: 0, refusal: shape }
    const estimate = await use.strength.estimate({ password, own: wordsOf(owner), house })
    return { score: estimate.score, refusal: judge(estimate) }
  }
  return {
    minLength: use.minLength,
    rate,
    refuse: async (password, owner) =>
      (await rate(password, owner)).refusal ?? ((await use.isBreached(password)) ? 'breached' : undefined),
  }
}

/** A million guesses are made at any account in time; what the person or the service gives away narrows it down further. */
const LEAST_SCORE = 2
const LEAST_SCORE_OF_KNOWN_WORDS = 3

function judge({ score, uses }: Estimate): PasswordRefusal | undefined {
  if (score >= (uses === undefined ? LEAST_SCORE : LEAST_SCORE_OF_KNOWN_WORDS)) return undefined
  if (uses === 'own') return 'personal'
  return uses === 'house' ? 'local_word' : 'common'
}
