/** `gatehouse apply`: makes the store say what a file says. All of it or nothing, and a second time nothing at all. */
import { readVariable } from '../../config/variable.ts'
import type { Core } from '../../core.ts'
import { isDemo } from '../../demo/demo-scope.ts'
import { whenReachable } from '../../state.ts'
import type { AddCommand, CommandContext } from '../context.ts'
import { type Access, endAccess } from '../end-access.ts'
import { EXIT } from '../exit-codes.ts'
import { BY_APPLY } from '../origins.ts'
import { type Changed, tellOthers } from '../tell-others.ts'
import { withCore, withState } from '../with-core.ts'
import type { Desired } from './desired.ts'
import type { Finding, Place } from './finding.ts'
import { livesThatAreCut } from './lives-that-are-cut.ts'
import { type Change, touches } from './plan.ts'
import { faultLine, placed, readDocument } from './read-document.ts'
import { readFileUpTo } from './read-file.ts'
import { MAX_BYTES } from './read-yaml.ts'
import { type Reconciled, reconcile } from './reconcile.ts'
import { resolve } from './resolve.ts'
import { ChangedMeanwhile, createSetUpRepository } from './set-up-repository.ts'
import { changeLines, changeRecord, summary } from './show-changes.ts'

interface Options {
  dryRun: boolean
  prune: boolean
  json: boolean
}

export const addApply: AddCommand = (program, open, end) => {
  program
    .command('apply')
    .description('make clients, resource servers, users and more be as a file describes them')
    .argument('<file>', 'YAML, see docs/apply.md')
    .option('--dry-run', 'show what would change, and change nothing', false)
    .option('--prune', 'remove what a former apply made and the file no longer names', false)
    .option('--json', 'print the changes as JSON', false)
    .action(async (file: string, options: Options) => end(await apply(open(), file, options)))
}

async function apply(context: CommandContext, file: string, options: Options): Promise<number> {
  const tell = (severity: string, findings: readonly (Finding & Place)[]): void => {
    for (const finding of findings) context.say(`${severity}${faultLine(file, finding)}`)
  }
  const refuse = (faults: readonly (Finding & Place)[]): number => {
    tell('', faults)
    context.say('Nothing was changed.')
    return EXIT.failed
  }
  const read = readDocument(await readFileUpTo(file, MAX_BYTES + 1))
  if (!read.ok) return refuse(read.faults)
  const { placeOf, document } = read
  const { desired, faults, warnings } = resolve(document, { ...context.config, readVariable })
  tell('warning: ', placed([...warnings, ...livesThatAreCut(desired, context.config)], placeOf))
  if (faults.length > 0) return refuse(placed(faults, placeOf))
  try {
    const outcome = await withCore(context, (core) => bringAbout(core, desired, options))
    if (!outcome.ok) return refuse(placed(outcome.faults, placeOf))
    tell('warning: ', placed(demoLeftovers(desired, outcome), placeOf))
    report(context, outcome, options)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error
    context.say('Somebody else is changing the same things. Nothing was changed: try again.')
    return EXIT.tryAgain
  }
}

/** What was signed in is ended once the change stands; that it can be is made sure of before. */
async function bringAbout(core: Core, desired: Desired, { dryRun, prune }: Options): Promise<Reconciled> {
  return withState(core, async (state) => {
    const beforeChange = async (changes: readonly Change[]): Promise<void> => {
      if (endsSomething(accessEndedBy(changes))) await whenReachable(state)
    }
    const use = { ...core, setUp: createSetUpRepository(core.database), beforeChange }
    const outcome = await reconcile(use, desired, { managedBy: 'apply', prune, dryRun })
    if (outcome.ok && !dryRun) {
      await tellOthers(core, changedBy(outcome.changes))
      await endAccess(core, state, accessEndedBy(outcome.changes), BY_APPLY)
    }
    return outcome
  })
}

const changedBy = (changes: readonly Change[]): Changed => ({
  accounts: changes.flatMap((c) => (c.kind === 'user' && c.action !== 'create' ? [c.sub] : [])),
  clients: changes.flatMap((c) => (c.kind === 'client' ? [c.name] : [])),
  resourceServers: changes.flatMap((c) => (c.kind === 'resource_server' ? [c.name] : [])),
  firstParty: changes.some(({ kind }) => kind === 'first_party_api'),
  riskPolicy: changes.some(({ kind }) => kind === 'risk_policy'),
  connectors: changes.flatMap((c) => (c.kind === 'connector' ? [c.name] : [])),
  signInPolicy: changes.some(({ kind }) => kind === 'sign_in_policy'),
})

const endsSomething = ({ accounts, clients }: Access): boolean => accounts.length + clients.length > 0

/** Who was removed, disabled, enabled (nothing of before comes back) or got another password. */
function accessEndedBy(changes: readonly Change[]): Access {
  const accounts = changes.flatMap((change) => {
    if (change.kind !== 'user' || change.action === 'create') return []
    return change.action === 'remove' || touches(change, 'disabled') || touches(change, 'password')
      ? [change.sub]
      : []
  })
  const clients = changes.flatMap((change) =>
    change.kind === 'client' &&
    change.action !== 'create' &&
    (change.action === 'remove' || touches(change, 'disabled'))
      ? [change.name]
      : [],
  )
  return { accounts, clients }
}

/** They are changed as the file says, and go on to live only while `ISSUER` is a loopback name. */
function demoLeftovers(
  { clients, firstParty, users }: Desired,
  { stored }: Extract<Reconciled, { ok: true }>,
): Finding[] {
  const message =
    'was made by the demo and works only while ISSUER is a loopback name: delete it first to make it yours'
  const { resource } = firstParty ?? {}
  const api = stored.resourceServers.find(({ identifier }) => identifier === resource)
  const demo = new Set([
    ...stored.clients.filter(({ managedBy }) => isDemo(managedBy)).map(({ clientId }) => clientId),
    ...stored.users.filter(({ managedBy }) => isDemo(managedBy)).map(({ emailKey }) => emailKey),
  ])
  return [
    ...clients.filter(({ clientId }) => demo.has(clientId)),
    ...users.filter(({ address }) => demo.has(address.key)),
    ...(firstParty && isDemo(api?.managedBy) ? [{ path: [...firstParty.path, 'resource'] }] : []),
  ].map(({ path }) => ({ path, message }))
}

function report(
  { print, say }: CommandContext,
  { changes, generated, generatedForWebhooks }: Extract<Reconciled, { ok: true }>,
  { dryRun, json }: Options,
): void {
  if (json) {
    const secrets = {
      generated_secrets: Object.fromEntries(generated),
      ...(generatedForWebhooks.size > 0 && {
        generated_webhook_secrets: Object.fromEntries(generatedForWebhooks),
      }),
    }
    print(JSON.stringify({ dry_run: dryRun, changes: changes.map(changeRecord), ...secrets }, null, 2))
    return
  }
  for (const change of changes) print(changeLines(change).join('\n'))
  for (const [clientId, secret] of generated) print(`client_secret of ${clientId}: ${secret}`)
  for (const [name, secret] of generatedForWebhooks) print(`secret of webhook ${name}: ${secret}`)
  if (generated.size + generatedForWebhooks.size > 0)
    say('A generated secret is shown this once: keep it now.')
  print(summary(changes, dryRun))
}
