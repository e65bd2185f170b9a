import { createEvent } from '../../audit/event.ts'
import { type ClientMetadata, clientMetadataSchema, isConfidential } from '../../clients/client-metadata.ts'
import { keepSecret } from '../../clients/keep-secret.ts'
import type { Core } from '../../core.ts'
import { newRowId, newSecret } from '../../shared/ids.ts'
import { clientId as clientIdSchema } from '../apply/client-entry.ts'
import { pathText } from '../apply/finding.ts'
import { inWords } from '../apply/in-words.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'

export interface CreateClientOptions {
  profile: string
  redirectUri: string[]
  name?: string
  scope?: string
  firstParty: boolean
  json: boolean
}

export async function createClient(
  core: Core,
  context: CommandContext,
  given: string | undefined,
  options: CreateClientOptions,
): Promise<void> {
  const clientId = given ?? newRowId()
  const metadata = readMetadata(clientId, options)
  const secret = isConfidential(metadata) ? newSecret() : undefined
  const kept =
    secret === undefined
      ? { secretHash: undefined, secretSealed: undefined }
      : keepSecret(core, clientId, metadata, secret)
  const client = { clientId, metadata, disabled: false, managedBy: undefined, ...kept }
  const event = createEvent(BY_COMMAND, { type: 'client.created', client: clientId }, core.clock.now())
  const added = await core.clients.add(client, event)
  if (!added) throw new Refusal(`There is a client ${clientId} already.`)
  show(context, clientId, secret, options.json)
}

/** Every fault at once, as `apply` tells them. */
function readMetadata(clientId: string, options: CreateClientOptions): ClientMetadata {
  const { profile, redirectUri, name, scope, firstParty } = options
  const id = clientIdSchema.safeParse(clientId, { error: inWords })
  const metadata = clientMetadataSchema.safeParse(
    {
      profile,
      redirect_uris: redirectUri,
      first_party: firstParty,
      ...(name !== undefined && { client_name: name }),
      ...(scope !== undefined && { scope }),
    },
    { error: inWords },
  )
  const faults = [
    ...(id.error?.issues ?? []).map(({ message }) => `client_id: ${message}`),
    ...(metadata.error?.issues ?? []).map(
      ({ path, message }) =>
        `${pathText(path.map((part) => (typeof part === 'symbol' ? String(part) : part)))}: ${message}`,
    ),
  ]
  if (faults.length > 0 || !metadata.success)
    throw new Refusal([...faults, 'Nothing was changed.'].join('\n'))
  return metadata.data
}

function show(
  { print, say }: CommandContext,
  clientId: string,
  secret: string | undefined,
  json: boolean,
): void {
  const client = { client_id: clientId, ...(secret !== undefined && { client_secret: secret }) }
  if (json) print(JSON.stringify(client, null, 2))
  else for (const [name, value] of Object.entries(client)) print(`${name}: ${value}`)
  if (secret !== undefined) say('The secret is shown this once: keep it now.')
}
