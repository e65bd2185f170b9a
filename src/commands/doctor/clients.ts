import type { OpenDatabase } from '../../../adapters/database.ts'
import { createUsersRepository } from '../../accounts/users-repository.ts'
import { createClientsRepository } from '../../clients/clients-repository.ts'
import type { Config } from '../../config/config.ts'
import { DEMO, isDemo, isDemoAllowed } from '../../demo/demo-scope.ts'
import type { Verdict } from './verdict.ts'

/** Clients that are weaker than the default, by name; and what is left of the demo where it has no business. */
export async function* checkClients(config: Config, { db }: OpenDatabase): AsyncIterable<Verdict> {
  const check = 'clients'
  const clients = await createClientsRepository(db).list()
  const enabled = clients.filter(({ disabled }) => !disabled)
  const weak = enabled.filter(({ metadata }) => !metadata.require_pkce).map(({ clientId }) => clientId)
  yield { check, status: 'ok', message: `${clients.length} clients, ${enabled.length} enabled` }
  if (weak.length > 0)
    yield {
      check,
      status: 'warn',
      message: `PKCE is not required of ${weak.join(', ')}: it must send nonce instead`,
    }
  if (isDemoAllowed(config)) return
  const demo = clients.filter(({ managedBy }) => isDemo(managedBy)).map(({ clientId }) => clientId)
  const people = await createUsersRepository(db).list({ managedBy: DEMO, limit: 10 })
  const left = [...demo, ...people.map(({ email }) => email)]
  if (left.length > 0)
    yield {
      check,
      status: 'warn',
      message: `${left.join(', ')} of the demo are not honoured here: delete them`,
    }
}
