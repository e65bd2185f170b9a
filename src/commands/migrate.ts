import type { AddCommand } from './context.ts'
import { withCore } from './with-core.ts'

export const addMigrate: AddCommand = (program, open) => {
  program
    .command('migrate')
    .description('bring the database to the state of this version; safe with several at once')
    .action(async () => {
      const context = open()
      await withCore(context, async () => context.say('The database is up to date.'))
    })
}
