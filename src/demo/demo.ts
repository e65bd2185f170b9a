/**
 * The demo of a first start: a person, three clients and an API to try every flow with. It is set up the way `apply`
 * does it, all or nothing; its generated secrets stand in `DATA_DIR/demo.json`. A start that was cut short between the
 * two, or a new issuer, is mended at the next one. What somebody deleted of it stays deleted.
 */
import type { Client } from '../clients/client.ts'
import { secretFits } from '../clients/keep-secret.ts'
import type { Desired } from '../commands/apply/desired.ts'
import { documentSchema } from '../commands/apply/document.ts'
import { reconcile } from '../commands/apply/reconcile.ts'
import { resolve } from '../commands/apply/resolve.ts'
import { createSetUpRepository } from '../commands/apply/set-up-repository.ts'
import type { Core } from '../core.ts'
import { newSecret } from '../shared/ids.ts'
import type { Logger } from '../telemetry/logger.ts'
import { CONFIDENTIAL, DEMO_USER, type DemoSecrets, demoDocument, playgroundOf } from './demo-document.ts'
import { type DemoFile, demoFileIn, readDemoFile, writeDemoFile } from './demo-file.ts'
import { DEMO, isDemo } from './demo-scope.ts'

export interface DemoUse {
  log: Pick<Logger, 'info'>
  /** For a person at a terminal: shows how to sign in. */
  print?: (text: string) => void
}

export async function ensureDemo(core: Core, { log, print = () => {} }: DemoUse): Promise<void> {
  const { config } = core
  const left = await whatIsLeft(core)
  if (left === undefined) return
  const written = await readDemoFile(config.dataDir)
  const file =
    written !== undefined && isCurrent(core, left, written) ? written : await setUp(core, left, written)
  const path = demoFileIn(config.dataDir)
  log.info({ file: path }, 'the demo is set up: its sign-in and client secrets stand in this file')
  print(howToTry(file, path))
}

/** Of the demo, in the store. */
interface Left {
  first: boolean
  clients: readonly Client[]
  resourceServer: boolean
  user: boolean
}

/** Undefined where this is somebody's own set-up. */
async function whatIsLeft({ clients, resourceServers, accounts }: Core): Promise<Left | undefined> {
  const all = await clients.list()
  const first = all.length === 0 && (await accounts.users.list({ limit: 1 })).length === 0
  const left = {
    first,
    clients: all.filter(({ managedBy }) => isDemo(managedBy)),
    resourceServer: (await resourceServers.list()).some(({ managedBy }) => isDemo(managedBy)),
    user: isDemo((await accounts.users.findByEmailKey(DEMO_USER.email))?.managedBy),
  }
  return first || left.clients.length > 0 || left.user ? left : undefined
}

const isCurrent = (core: Core, { first, clients }: Left, written: DemoFile): boolean =>
  !first &&
  written.issuer === core.config.issuer &&
  clients
    .filter(({ clientId }) => isConfidential(clientId))
    .every((client) => knownSecret(core, client, written))

const isConfidential = (clientId: string): boolean => CONFIDENTIAL.some((name) => name === clientId)

/** A client's secret as the file has it, if it is (still) the one. */
function knownSecret(core: Core, client: Client, written: DemoFile | undefined): string | undefined {
  const secret = written?.clients.find(({ client_id }) => client_id === client.clientId)?.client_secret
  return secret !== undefined && secretFits(core, client, secret) ? secret : undefined
}

async function setUp(core: Core, left: Left, written: DemoFile | undefined): Promise<DemoFile> {
  const secretOf = (name: string): string => {
    const client = left.clients.find(({ clientId }) => clientId === name)
    return (client && knownSecret(core, client, written)) ?? newSecret()
  }
  const secrets = { 'demo-web': secretOf('demo-web'), 'demo-service': secretOf('demo-service') }
  const whole = desiredDemo(core.config.issuer, secrets)
  const desired = left.first ? whole : onlyWhatIsLeft(whole, left)
  // Its password is public by design, and stands in every list.
  const passwordPolicy = { ...core.passwordPolicy, refuse: async () => undefined }
  const use = { ...core, passwordPolicy, setUp: createSetUpRepository(core.database) }
  const outcome = await reconcile(use, desired, { managedBy: DEMO, prune: true })
  if (!outcome.ok) throw new Error(`the demo can't be set up: ${outcome.faults[0]?.message}`)
  const file = toFile(core.config.issuer, desired)
  await writeDemoFile(core.config.dataDir, file)
  return file
}

function desiredDemo(issuer: string, secrets: DemoSecrets): Desired {
  const document = documentSchema.parse(demoDocument(issuer, secrets))
  return resolve(document, {
    production: false,
    outboundAllowPrivate: false,
    readVariable: () => ({ ok: false, fault: 'is not read here' }),
  }).desired
}

/** The person may have changed: of it nothing is asked but to stay. */
function onlyWhatIsLeft({ clients, resourceServers, users }: Desired, left: Left): Desired {
  const there = (name: string | undefined): boolean => left.clients.some(({ clientId }) => clientId === name)
  return {
    clients: clients.filter(({ clientId }) => there(clientId)),
    resourceServers: left.resourceServer
      ? resourceServers.map((server) =>
          there(server.introspectionClient) ? server : withoutIntrospection(server),
        )
      : [],
    users: left.user ? users.map(({ path, address }) => ({ path, address, profile: {} })) : [],
    webhooks: [],
    connectors: [],
  }
}

const withoutIntrospection = <T extends object>(server: T) => ({ ...server, introspectionClient: undefined })

const toFile = (issuer: string, { clients, users }: Desired): DemoFile => ({
  issuer,
  playground: playgroundOf(issuer),
  ...(users.length > 0 && { user: DEMO_USER }),
  clients: clients.map(({ clientId, secret }) => ({
    client_id: clientId,
    ...(secret !== undefined && { client_secret: secret }),
  })),
})

const howToTry = ({ playground, user }: DemoFile, path: string): string =>
  [
    `The demo is at ${playground}`,
    ...(user === undefined ? [] : [`  sign in as ${user.email} with the password ${user.password}`]),
    `  client secrets stand in ${path}`,
  ].join('\n')
