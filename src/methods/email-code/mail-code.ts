import type { Account } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import { CODE_LIFE } from '../../shared/code-life.ts'
import type { SentCodes } from '../sent-codes.ts'

/**
 * The code for a mail that is being drawn; `asked` is the event that it follows from, `at` when that was. Undefined where it
 * would be of no use any more.
 */
export const mailCode =
  ({ codes, clock }: { codes: Pick<SentCodes, 'of'>; clock: Clock }) =>
  ({ sub, email, disabled }: Account, asked: string, at: number): string | undefined =>
    disabled || at + CODE_LIFE <= clock.now() ? undefined : codes.of({ asked, sub, to: email })
