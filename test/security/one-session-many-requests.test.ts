import { expect, it } from 'vitest'
import { agentOf, authorizationRequest, authorize, type RelyingParty, SET_UP } from '../support/flows.ts'
import { onEveryStorage } from '../support/on-every-storage.ts'
import { withoutFaults } from './answers.ts'
import { dumpOf } from './dump.ts'

const CLIENTS: RelyingParty[] = Array.from({ length: 12 }, (_, n) => ({
  clientId: `tab-${n}`,
  redirectUri: `https://tab-${n}.example/cb`,
}))
const setUp = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients,
    ...CLIENTS.map(({ clientId, redirectUri }) => ({
      client_id: clientId,
      profile: 'spa',
      redirect_uris: [redirectUri],
      first_party: true,
    })),
  ],
}

onEveryStorage(
  (house) => {
    withoutFaults(house)

    it('A-146 a session that many tabs save at once knows all of their clients', async () => {
      const agent = agentOf(house())
      const [first, ...others] = CLIENTS
      if (first === undefined) throw new Error('no client')
      await authorize(house(), agent, authorizationRequest(first))
      const nodes = house().nodes.map(({ url }) => url)
      const answers = await Promise.all(
        others.map((rp, n) =>
          agent.request(authorizationRequest(rp).url, { node: nodes[n % nodes.length] ?? '' }),
        ),
      )
      expect(answers.map(({ location }) => new URL(location ?? '').searchParams.has('code'))).not.toContain(
        false,
      )
      const sessions = (await dumpOf(house())).texts.filter((text) => text.includes('"authorizations"'))
      expect(sessions).toHaveLength(1)
      const { authorizations } = JSON.parse(sessions[0] ?? '{}') as { authorizations: object }
      expect(Object.keys(authorizations).toSorted()).toEqual(
        CLIENTS.map(({ clientId }) => clientId).toSorted(),
      )
    })
  },
  { setUp },
)
