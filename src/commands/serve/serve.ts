import { Option } from 'commander'
import type { AddCommand } from '../context.ts'
import type { Role } from './run-server.ts'

export const addServe: AddCommand = (program, open, end) => {
  program
    .command('serve')
    .description('serve HTTP and do the background work')
    .addOption(new Option('--role <role>', 'only one of the two').choices(['web', 'worker']))
    .action(async ({ role }: { role?: Role }) => {
      // The small commands need none of what a server is made of, and start in half the time without.
      const { runServer } = await import('./run-server.ts')
      end(await runServer(open(), role))
    })
}
