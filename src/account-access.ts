/** What a person sees and ends of their own access, put together: sessions, and the clients that have something of it. */
import type { StateStore } from '../adapters/contract.ts'
import { createEvent, type Origin, toStored } from './audit/event.ts'
import { FIRST_PARTY } from './clients/client.ts'
import { logoPath } from './clients/logo.ts'
import { takeBack } from './consents/take-back.ts'
import type { Core } from './core.ts'
import type { LookUps } from './look-ups.ts'
import { createEpochs, isCurrentGrant, isCurrentRecord } from './provider/epochs.ts'
import { aliasesOf } from './revocation.ts'
import type { ConnectedApplication } from './self-service/account/applications.ts'
import type { SignedInPlace } from './self-service/account/sessions.ts'
import { eventOf } from './sessions/event-of.ts'
import type { ListAccessUse } from './sessions/list-access.ts'
import { connectedClients, openSessions } from './sessions/open-sessions.ts'
import type { RevokeAccess } from './sessions/revoke-access.ts'

export interface AccountAccessUse {
  core: Core
  lookUps: LookUps
  state: StateStore
  access: RevokeAccess
}

export function createAccountAccess({ core, lookUps, state, access }: AccountAccessUse) {
  /** With the account as it is now: what was ended a moment ago is not shown again. */
  const listed = (sub: string): ListAccessUse => {
    const account = lookUps.findAccountFresh(sub)
    const epochs = createEpochs({ ...lookUps, findAccount: () => account, clock: core.clock })
    return {
      state,
      sessions: core.sessions,
      aliasesOf: aliasesOf(core),
      counts: (key, grant) => isCurrentGrant(epochs, key, grant),
      sessionCounts: (record) => isCurrentRecord(epochs, record),
    }
  }
  /** What the first-party API gave are sessions of the person, ended as such. */
  const applications = async (sub: string) =>
    (await connectedClients(listed(sub), sub)).filter(({ client }) => client !== FIRST_PARTY)
  const familiesOf = async (sub: string, clientId: string): Promise<readonly string[]> =>
    (await applications(sub)).find(({ client }) => client === clientId)?.families ?? []

  return {
    sessionsOf: async (sub: string): Promise<SignedInPlace[]> => {
      const sessions = await openSessions(listed(sub), sub)
      return Promise.all(
        sessions.map(async ({ clients, device, ...session }) => ({
          ...session,
          device: await core.devices.find(device),
          clients: await Promise.all(
            clients
              .filter((id) => id !== FIRST_PARTY)
              .map(async (id) => nameOf(await lookUps.findClient(id), id)),
          ),
        })),
      )
    },
    endSession: async (sub: string, session: string, origin: Origin): Promise<void> => {
      const target = { kind: 'session', value: session, account: sub } as const
      const now = core.clock.now()
      await access.revoke(target, toStored(createEvent(origin, eventOf(target, now), now)))
    },
    applicationsOf: async (sub: string): Promise<ConnectedApplication[]> => {
      const [consents, clients] = await Promise.all([core.consents.list(sub), applications(sub)])
      const ids = new Set([...clients, ...consents].map(({ client }) => client))
      return Promise.all(
        [...ids].map(async (id) => {
          const client = await lookUps.findClient(id)
          const consent = consents.find((one) => one.client === id)
          const has = clients.find((one) => one.client === id)
          const logo = client?.metadata.logo_uri
          return {
            ...{ id, name: nameOf(client, id), consent },
            ...(logo !== undefined && { logo: logoPath(id, logo) }),
            since: consent?.since ?? has?.since,
            lastSeenAt: has?.lastSeenAt,
          }
        }),
      )
    },
    takeBack: takeBack({ ...core, access, familiesOf }),
  }
}

const nameOf = (client: Awaited<ReturnType<LookUps['findClient']>>, id: string): string =>
  client?.metadata.client_name ?? id
