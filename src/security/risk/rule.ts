/**
 * What a rule of risk is: a pure function of what is known. It speaks or is silent, and can say why; what follows is for
 * the policy to say. No rule asks a clock, a store or a file: `assess.ts` is handed everything.
 */
import type { Known } from '../../audit/assessment.ts'

export interface Rule {
  speaks(known: Known): boolean
  /** Why it spoke: a whole sentence, for an operator. Asked only where it did. */
  because(known: Known): string
}
