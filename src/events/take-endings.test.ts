import { expect, it } from 'vitest'
import type { Ending } from '../../adapters/contract.ts'
import { createEvent, type NewEvent, toStored } from '../audit/event.ts'
import type { Client } from '../clients/client.ts'
import { clientMetadataSchema } from '../clients/client-metadata.ts'
import type { NewMessage } from './outbox-message.ts'
import { takeEndings } from './take-endings.ts'

const TIME = 1_767_225_600_000
const stored = (event: NewEvent) => toStored(createEvent({}, event, TIME))
const OVER = stored({ type: 'session.ended' })
const ORDERS = 'https://orders.example'
const NOTES = 'https://notes.example'

const session = (authorizations: object, event = OVER): Ending => ({
  event,
  kind: 'artifact',
  model: 'Session',
  payload: { uid: 'u', accountId: 'ada', authorizations: { ...authorizations } },
})
const grant = (code: object, event = OVER, over: object = {}): Ending => ({
  event,
  kind: 'grant',
  grant: {
    account: 'ada',
    client: 'portal',
    session: 'u',
    content: { resources: { [ORDERS]: 'orders:read' }, ...over },
    code: { ...code },
  },
})

const told = clientMetadataSchema.parse({
  redirect_uris: ['https://portal.example/cb'],
  backchannel_logout_uri: 'https://portal.example/out',
})
const untold = clientMetadataSchema.parse({ profile: 'service' })

async function taken(...endings: Ending[]) {
  const messages: NewMessage[] = []
  const sids: unknown[] = []
  await takeEndings({
    outbox: { add: async (message) => void messages.push(message) },
    endedSids: { add: async (added, at) => void sids.push(...added.map((named) => ({ ...named, at }))) },
    findClient: async (clientId) =>
      clientId === 'gone'
        ? undefined
        : ({
            clientId,
            metadata: clientId === 'quiet' ? untold : told,
            disabled: clientId === 'off',
          } as Client),
    resourceNowOf: async (clientId) => (clientId === 'first-party' ? NOTES : undefined),
  })(endings, TIME + 5)
  return { messages, sids }
}

it('of a session, each client that took part and wants to be told', async () => {
  const named = (sid: string) => ({ sid, grantId: 'g' })
  const parts = { portal: named('p'), own: named('o'), quiet: named('q'), off: named('x'), gone: named('y') }
  const { messages, sids } = await taken(session(parts))
  expect(messages).toEqual(
    [
      ['portal', 'p'],
      ['own', 'o'],
    ].map(([clientId, sid]) => ({
      kind: 'back-channel-logout',
      payload: { clientId, sub: 'ada', sid },
      at: TIME + 5,
      once: `logout ${clientId} ${sid}`,
    })),
  )
  expect(sids).toEqual([])
})

it('of a grant, its own client, and the resources that it was for', async () => {
  const { messages, sids } = await taken(grant({ sid: 'p' }))
  expect(messages.map(({ once }) => once)).toEqual(['logout portal p'])
  expect(sids).toEqual([{ resource: ORDERS, sid: 'p', at: TIME }])
})

it('of a grant whose tokens are for something else by now, that too, once', async () => {
  const firstParty = (resources: object) => {
    const ending = grant({ sid: 'p' }, OVER, { resources })
    return ending.kind === 'grant' ? { ...ending, grant: { ...ending.grant, client: 'first-party' } } : ending
  }
  for (const resources of [{ [ORDERS]: 'orders:read' }, { [NOTES]: 'notes:read' }, {}])
    expect((await taken(firstParty(resources))).sids).toEqual(
      [...new Set([...Object.keys(resources), NOTES])].map((resource) => ({ resource, sid: 'p', at: TIME })),
    )
})

it.each(['session.ended', 'session.revoked', 'user.tokens_revoked'] as const)(
  '%s signs out',
  async (type) => {
    expect((await taken(grant({ sid: 'p' }, stored({ type })))).messages).toHaveLength(1)
  },
)

it.each<NewEvent>([
  { type: 'grant.revoked' },
  { type: 'client.tokens_revoked' },
  { type: 'code.replayed', details: { revoked: true } },
  { type: 'token.reuse_detected', details: { number: 1, revokes: 'family' } },
])('$type ends tokens and signs nobody out', async (event) => {
  const { messages, sids } = await taken(grant({ sid: 'p' }, stored(event)))
  expect([messages, sids]).toEqual([[], [{ resource: ORDERS, sid: 'p', at: TIME }]])
})

it('what others wrote among it is passed over, and what comes after it is told', async () => {
  const forged = [
    session({ portal: { sid: 'p' } }, { id: 'x', text: 'nonsense' }),
    session(
      { portal: { sid: 'p' } },
      stored({
        type: 'login.succeeded',
        details: {
          method: 'password',
          methods: ['password'],
          acr: '1fa',
          device: 'd',
          risk: 'allow',
          rules: [],
        },
      }),
    ),
    session({ portal: { sid: 7 }, own: null, 'a\0b': { sid: 'p' } }),
    session([{ sid: 'p\0' }, 'x']),
    grant({ sid: 'p\ud800' }),
    grant({}),
    grant({ sid: 'p'.repeat(3000) }, OVER, { resources: 'all' }),
    { event: OVER, kind: 'artifact', model: 'Session', payload: { accountId: 7 } } as Ending,
    { event: OVER, kind: 'artifact', model: 'ClientCredentials', payload: { authorizations: {} } } as Ending,
  ]
  const { messages, sids } = await taken(...forged, grant({ sid: 'real' }))
  expect(messages.map(({ once }) => once)).toEqual(['logout portal real'])
  expect(sids).toEqual([{ resource: ORDERS, sid: 'real', at: TIME }])
})
