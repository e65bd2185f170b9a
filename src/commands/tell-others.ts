import type { Core } from '../core.ts'

/** What nodes may remember for a second, by the topics they listen to. */
export interface Changed {
  accounts?: readonly string[]
  clients?: readonly string[]
  resourceServers?: readonly string[]
  firstParty?: boolean
  riskPolicy?: boolean
  signInPolicy?: boolean
  /** By their slugs. */
  connectors?: readonly string[]
}

/** Running nodes forget at once what was changed; a notice that is lost costs them the second. */
export async function tellOthers({ notices }: Pick<Core, 'notices'>, changed: Changed): Promise<void> {
  const {
    accounts = [],
    clients = [],
    resourceServers = [],
    firstParty = false,
    riskPolicy = false,
    signInPolicy = false,
    connectors = [],
  } = changed
  await Promise.all([
    ...accounts.map((sub) => notices.publish('account', sub)),
    ...clients.map((clientId) => notices.publish('client', clientId)),
    ...resourceServers.map((identifier) => notices.publish('resource_server', identifier)),
    ...(firstParty ? [notices.publish('first_party', '')] : []),
    ...(riskPolicy ? [notices.publish('risk_policy', '')] : []),
    ...(signInPolicy ? [notices.publish('sign_in_policy', '')] : []),
    ...connectors.map((slug) => notices.publish('connector', slug)),
  ])
}
