import type { Provider } from 'oidc-provider'
import type { ClientFace } from '../pages/models.ts'
import { faceOf } from './journey.ts'

/** For which client somebody is on their way, by the id of the interaction; undefined when that is over. */
export const findClientOf =
  (provider: Provider) =>
  async (uid: string): Promise<ClientFace | undefined> => {
    const interaction = await provider.Interaction.find(uid)
    const client = interaction && (await provider.Client.find(String(interaction.params['client_id'])))
    return client && faceOf(client)
  }
