/** A set is made in one request and shown in the next, once: in between it lies sealed, for ten minutes at most. */
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import type { Pending } from '../pending.ts'
import { type MakeRecoveryCodesUse, makeRecoveryCodes } from './make.ts'

export interface RecoveryCodesShow {
  /** `holder`: the person in their session. False where they can have none. */
  make(account: Account, holder: string, origin: Origin): Promise<boolean>
  /** Those that were made a moment ago, to exactly one who asks. */
  takeShown(holder: string): Promise<string[] | undefined>
}

export function createRecoveryCodesShow({
  pending,
  ...use
}: MakeRecoveryCodesUse & { pending: Pending }): RecoveryCodesShow {
  const make = makeRecoveryCodes(use)
  return {
    make: async (account, holder, origin) => {
      const codes = await make(account, origin)
      if (codes !== undefined) await pending.put('recovery-codes', holder, codes.join(' '))
      return codes !== undefined
    },
    takeShown: async (holder) => {
      const held = await pending.read('recovery-codes', holder)
      if (held === undefined || !(await pending.take('recovery-codes', holder, held))) return undefined
      return held.split(' ')
    },
  }
}
