import type { Account } from './accounts/account.ts'
import {
  FIRST_PARTY,
  type FirstPartySettings,
  type KnownClient,
  type ResourceServer,
} from './clients/client.ts'
import type { Core } from './core.ts'
import { withoutDemo } from './demo/demo-only.ts'
import { isDemoAllowed } from './demo/demo-scope.ts'
import type { Connector } from './federation/connector.ts'
import { DEFAULT_POLICY, policyWith } from './security/risk/registry.ts'
import { alsoAsking, DEFAULT_SIGN_IN, signInPolicyWith } from './security/sign-in-policy/policy.ts'
import type { End } from './sessions/ends-repository.ts'
import { createLookUpCache } from './shared/look-up-cache.ts'

export type LookUps = ReturnType<typeof createLookUps>

/** How long a node may go on with what it knew of an account, a client, a resource server, the first-party API, a policy. */
const KNOWN_FOR = 1000
const NOTHING_ENDED = { epoch: 0, issuedBefore: undefined }

/** What nearly every request asks for, remembered for a moment. Outside of a demo, what belongs to it is not there. */
export function createLookUps(core: Core) {
  const { config, clock, accounts, clients, resourceServers, firstParty, ends, notices } = core
  const { riskPolicy, signInPolicy, connectors } = core
  const remember = <T>(load: (key: string) => Promise<T | undefined>) =>
    createLookUpCache({ load, ttlMs: KNOWN_FOR, clock })
  const honoured = isDemoAllowed(config) ? <T>(find: T): T => find : withoutDemo
  const findFresh = honoured(accounts.users.findBySub)
  const known = {
    account: remember<Account>(findFresh),
    client: remember<KnownClient>(honoured(clients.find)),
    resource_server: remember<ResourceServer>(honoured(resourceServers.find)),
    first_party: remember<FirstPartySettings>(honoured(firstParty.find)),
    risk_policy: remember(async () => policyWith((await riskPolicy.find())?.outcomes)),
    sign_in_policy: remember(async () => signInPolicyWith((await signInPolicy.find())?.settings)),
    organization: remember(ends.organization),
    everything: remember(ends.everything),
  }
  const signInPolicyOfAll = async () => (await known.sign_in_policy.find('')) ?? DEFAULT_SIGN_IN
  // All of them are looked up as one.
  const allConnectors = remember<readonly Connector[]>(connectors.list)
  const builtInClient = remember(ends.builtInClient)
  const ended = createLookUpCache({
    load: (question) => ends.includesAny((JSON.parse(question) as [End[], number])[0]),
    ttlMs: KNOWN_FOR,
    clock,
  })
  for (const [topic, { forget }] of Object.entries(known)) notices.subscribe(topic, forget)
  notices.subscribe('connector', () => allConnectors.forget(''))
  notices.subscribe('client', builtInClient.forget)
  return {
    findAccount: known.account.find,
    findAccountFresh: findFresh,
    findClient: known.client.find,
    findResourceServer: known.resource_server.find,
    findFirstParty: () => known.first_party.find(''),
    findRiskPolicy: async () => (await known.risk_policy.find('')) ?? DEFAULT_POLICY,
    /** Undefined: of the server, for its own pages. */
    findSignInPolicy: async (clientId?: string) => {
      const [policy, client] = await Promise.all([
        signInPolicyOfAll(),
        clientId === undefined ? undefined : known.client.find(clientId),
      ])
      return alsoAsking(policy, client?.signIn)
    },
    /** By their names, those that are disabled too. */
    findConnectors: async () => (await allConnectors.find('')) ?? [],
    findOrganization: known.organization.find,
    findBuiltInClient: () => builtInClient.find(FIRST_PARTY),
    findEverything: async () => (await known.everything.find('')) ?? NOTHING_ENDED,
    // Whoever finds another number does not get an answer of before it.
    wasEnded: async (names: readonly End[], number: number) =>
      (await ended.find(JSON.stringify([names, number]))) ?? false,
  }
}
