import type { Provider } from 'oidc-provider'
import { ACCOUNT } from '../clients/client.ts'
import type { ClientFace } from '../pages/models.ts'
import { faceOf } from './journey.ts'

/**
 * For which client somebody is on their way, by the id of the interaction; none where it is for the pages at `/account`.
 * Undefined when that is over.
 */
export const findClientOf =
  (provider: Provider) =>
  async (uid: string): Promise<{ client?: ClientFace } | undefined> => {
    const interaction = await provider.Interaction.find(uid)
    const client = interaction && (await provider.Client.find(String(interaction.params['client_id'])))
    if (client === undefined) return undefined
    return client.clientId === ACCOUNT ? {} : { client: faceOf(client) }
  }
