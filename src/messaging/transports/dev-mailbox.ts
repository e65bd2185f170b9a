import type { Clock } from '../../shared/clock.ts'
import type { DevMailboxRepository } from '../dev-mailbox-repository.ts'
import type { SendMail } from '../transport.ts'

export interface DevMailboxUse {
  mailbox: DevMailboxRepository
  clock: Clock
}

/** Where there is no mail server and no production: what would have been sent is kept to be looked at. */
export const createDevMailbox =
  ({ mailbox, clock }: DevMailboxUse): SendMail =>
  async ({ id, to, subject, text, html }) => {
    await mailbox.put({ id, at: clock.now(), to, subject, text, html })
    return { status: 'done' }
  }
