import type { Job } from './job.ts'

export interface AccountDeletionUse {
  /** Ids of accounts whose wait is over, so many at most. */
  due: (now: number, limit: number) => Promise<string[]>
  remove: (id: string) => Promise<boolean>
}

const BATCH = 100

/** Accounts that their people wanted gone, once the time is over in which they could take it back. */
export const createAccountDeletion = ({ due, remove }: AccountDeletionUse): Job => ({
  name: 'account-deletion',
  everyMs: 60_000,
  run: async (now, lease) => {
    let removed = 0
    for (;;) {
      const ids = await due(now, BATCH)
      let progress = 0
      for (const id of ids) {
        await lease.stillHeld()
        if (await remove(id)) progress++
      }
      removed += progress
      if (ids.length < BATCH || progress === 0) return removed
    }
  },
})
