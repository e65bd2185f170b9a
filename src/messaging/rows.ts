interface DevMailRow {
  id: string
  at: Date
  recipient: string
  subject: string
  text: string
  html: string
}

export interface MessagingTables {
  dev_mailbox: DevMailRow
}
