import type { DrawnMail } from '../pages/mails.ts'

export type Addressed = DrawnMail & { to: string }
