import type { Kysely, Selectable } from 'kysely'
import type { Database } from '../schema.ts'
import type { MessagingTables } from './rows.ts'
import type { Mail } from './transport.ts'

export interface KeptMail extends Mail {
  /** Epoch milliseconds. */
  at: number
}

export interface DevMailboxRepository {
  /** Keeps the newest fifty. The same mail twice is kept once. */
  put(mail: KeptMail): Promise<void>
  /** Newest first. */
  list(): Promise<KeptMail[]>
  find(id: string): Promise<KeptMail | undefined>
}

const MOST = 50

export function createDevMailboxRepository(db: Kysely<Database>): DevMailboxRepository {
  const newest = () => db.selectFrom('dev_mailbox').orderBy('at', 'desc').orderBy('id', 'desc').limit(MOST)
  return {
    put: async ({ to, at, ...mail }) => {
      await db
        .insertInto('dev_mailbox')
        .values({ ...mail, recipient: to, at: new Date(at) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
      await db.deleteFrom('dev_mailbox').where('id', 'not in', newest().select('id')).execute()
    },
    list: async () => (await newest().selectAll().execute()).map(toMail),
    find: async (id) => {
      const row = await db.selectFrom('dev_mailbox').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toMail(row)
    },
  }
}

const toMail = ({ recipient, at, ...mail }: Selectable<MessagingTables['dev_mailbox']>): KeptMail => ({
  ...mail,
  to: recipient,
  at: at.getTime(),
})
