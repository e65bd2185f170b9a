/** `/account/delete`: an account is deleted, after a while in which that can be taken back. */
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import { DELETED_PATH } from '../keep-account.ts'
import type { AccountPage } from './page.ts'

export interface DeleteUse {
  askToDelete: (account: Account, origin: Origin) => Promise<boolean>
  /** Days that it waits. */
  deletionDays: number
}

export const createDeletePage = (use: DeleteUse): AccountPage => ({
  path: '/account/delete',
  entry: { group: 'you', icon: 'stop', title: 'account.delete.title' },
  fresh: 'changes',
  show: async (visit) => visit.show('account-delete', { days: use.deletionDays }),
  submit: async ({ ctx, account, origin }) => {
    await use.askToDelete(account, origin)
    ctx.status = 303
    ctx.redirect(DELETED_PATH)
  },
})
