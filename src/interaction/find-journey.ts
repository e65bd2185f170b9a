import type { Provider } from 'oidc-provider'
import { ACCOUNT } from '../clients/client.ts'
import type { ClientFace } from '../pages/models.ts'
import { faceOf } from './journey.ts'
import { afterCreating } from './steps/create.ts'

export interface FoundJourney {
  /** Absent where it is for the pages at `/account`. */
  client?: ClientFace
  /** Where it goes on; a path of our own. */
  href: string
  /** Who is expected: `login_hint`. */
  hint?: string
}

/** Of somebody who is on their way, by the id of the interaction; undefined when that is over. */
export const findJourneyOf =
  (provider: Provider) =>
  async (uid: string): Promise<FoundJourney | undefined> => {
    const interaction = await provider.Interaction.find(uid)
    const client = interaction && (await provider.Client.find(String(interaction.params['client_id'])))
    if (interaction === undefined || client === undefined) return undefined
    const hint = interaction.params['login_hint']
    return {
      ...(client.clientId !== ACCOUNT && { client: faceOf(client) }),
      href: interaction.prompt.name === 'create' ? afterCreating(uid) : `/interaction/${uid}`,
      ...(typeof hint === 'string' && { hint }),
    }
  }
