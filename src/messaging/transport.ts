import type { Outcome } from '../events/outbox-message.ts'

export interface Mail {
  /** The same for each try, so that a mailbox can see a duplicate for what it is. */
  id: string
  to: string
  /** One line. */
  subject: string
  text: string
  html: string
}

/** Hands one mail over, within bounded time. */
export type SendMail = (mail: Mail) => Promise<Outcome>
