import type { Clock } from '../../shared/clock.ts'
import type { DevMailboxRepository } from '../dev-mailbox-repository.ts'
import type { SendSms } from './send-sms.ts'

export interface DevSmsUse {
  mailbox: Pick<DevMailboxRepository, 'put'>
  clock: Clock
}

/** Where there is no provider and no production: what would have been sent is kept to be looked at, among the mails. */
export const createDevSms =
  ({ mailbox, clock }: DevSmsUse): SendSms =>
  async ({ id, to, text }) => {
    const [subject = ''] = text.split('\n')
    await mailbox.put({ id, at: clock.now(), to, subject, text, html: '' })
    return 'sent'
  }
