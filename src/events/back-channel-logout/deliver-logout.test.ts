import { expect, it } from 'vitest'
import type { Client } from '../../clients/client.ts'
import { clientMetadataSchema } from '../../clients/client-metadata.ts'
import type { OutboundAnswer, OutboundRequest } from '../../security/outbound-fetch.ts'
import { createReceivers } from '../receivers.ts'
import { createDeliverLogout } from './deliver-logout.ts'

const part = { clientId: 'portal', sub: 'ada', sid: 'of-portal' }
const message = { id: '1', kind: 'back-channel-logout', payload: part, createdAt: 0, attempts: 1, strikes: 1 }

const client = (over: Partial<Client> = {}): Client => ({
  clientId: 'portal',
  metadata: clientMetadataSchema.parse({
    redirect_uris: ['https://portal.example/cb'],
    backchannel_logout_uri: 'https://portal.example/out?tenant=1',
  }),
  secretHash: undefined,
  secretSealed: undefined,
  disabled: false,
  managedBy: undefined,
  ...over,
})

function delivery(answer: OutboundAnswer, find: () => Client | undefined = client) {
  const sent: [string, OutboundRequest | undefined][] = []
  const deliver = createDeliverLogout({
    findClient: async () => find(),
    makeToken: async ({ clientId, alg }, { sub, sid }) => [clientId, alg ?? 'default', sub, sid].join(' '),
    secretOf: () => undefined,
    fetch: async (url, request) => {
      sent.push([url.href, request])
      return answer
    },
    receivers: createReceivers({ clock: { now: () => 0 }, random: () => 0.5, atOnce: 8, patience: 1 }),
  })
  return { sent, deliver: () => deliver(message, async () => {}) }
}

const answered = (status: number): OutboundAnswer => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.alloc(0),
})

it('A-322 a token of the client’s own is posted as a form', async () => {
  const { sent, deliver } = delivery(answered(200))
  expect(await deliver()).toEqual({ status: 'done' })
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'logout_token=portal+default+ada+of-portal',
    headOnly: true,
  }
  expect(sent).toEqual([['https://portal.example/out?tenant=1', request]])
})

it.each([
  [answered(204), { status: 'done' }],
  [answered(400), { status: 'refused', reason: 'answered 400' }],
  [answered(201), { status: 'later', reason: 'answered 201' }],
  [answered(404), { status: 'later', reason: 'answered 404' }],
  [answered(500), { status: 'later', reason: 'answered 500' }],
  [
    { ok: false, reason: 'timeout' },
    { status: 'later', reason: 'timeout' },
  ],
  [
    { ok: false, reason: 'redirect' },
    { status: 'later', reason: 'redirect' },
  ],
  [
    { ok: false, reason: 'untrusted' },
    { status: 'later', reason: 'untrusted' },
  ],
  [
    { ok: false, reason: 'refused_address' },
    { status: 'refused', reason: 'refused_address' },
  ],
  [
    { ok: false, reason: 'refused_url' },
    { status: 'refused', reason: 'refused_url' },
  ],
] satisfies [OutboundAnswer, object][])('F-162 of %o comes %o', async (answer, outcome) => {
  expect(await delivery(answer).deliver()).toEqual(outcome)
})

it('F-162 a receiver that failed is not asked again at once', async () => {
  const { sent, deliver } = delivery(answered(503))
  await deliver()
  expect(await deliver()).toMatchObject({ status: 'later', reason: expect.stringContaining('spared') })
  expect(sent).toHaveLength(1)
})

it.each([
  ['gone', () => undefined],
  ['disabled', () => client({ disabled: true })],
  ['not to be told any more', () => client({ metadata: clientMetadataSchema.parse({ profile: 'service' }) })],
])('a client that is %s gets nothing', async (_, find) => {
  const { sent, deliver } = delivery(answered(200), find)
  expect(await deliver()).toMatchObject({ status: 'dropped' })
  expect(sent).toEqual([])
})
