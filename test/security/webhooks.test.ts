/** Other systems are told of what happens, by webhooks that nobody else can make (Standard Webhooks 1.0). */
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isEventType } from '../../src/audit/catalogue.ts'
import { payloadSchema } from '../../src/events/payload.ts'
import { agentOf, PERSON, PORTAL, refresh, signIn } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { type Call, startReceiver } from '../support/receiver.ts'
import {
  createWebhook,
  happen,
  listedWebhook,
  payloadsAt,
  verified,
  WITH_RECEIVERS,
  webhookCommand,
} from '../support/webhooks.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'

const SOON = { timeout: 15_000, interval: 50 }
const receiver = await startReceiver()
afterAll(() => receiver.close())

const typesAt = (path: string): string[] => payloadsAt(receiver, path).map(({ type }) => type)

onBothStorages(
  (house, storage) => {
    withoutFaults(house)
    const at = (path: string) => `/${storage}${path}`

    it('A-815 each event comes signed with a secret of the webhook’s own, and holds nothing to present', async () => {
      const secrets = {
        all: await createWebhook(house(), receiver.url(at('/all')), 'all'),
        logins: await createWebhook(
          house(),
          receiver.url(at('/logins')),
          'logins',
          'login.*,token.refreshed',
        ),
      }
      expect(secrets.all).toMatch(/^whsec_[\w+/]{43}=$/)
      expect(secrets.all).not.toBe(secrets.logins)
      const agent = agentOf(house(), 0, { 'user-agent': 'Ada/1.0' })
      const { tokens, callback, request } = await signIn(house(), agent, PORTAL)
      const { refresh_token: next } = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      await expect.poll(() => typesAt(at('/all')), SOON).toContain('token.issued')
      await expect.poll(() => typesAt(at('/logins')), SOON).toEqual(['login.succeeded', 'token.refreshed'])
      expect(typesAt(at('/all'))).toContain('webhook.created')
      expect(typesAt(at('/all'))).not.toContain('token.refreshed')

      const calls = [...receiver.calls(at('/all')), ...receiver.calls(at('/logins'))]
      const everything = calls.map((call) => JSON.stringify(call)).join()
      const code = callback.searchParams.get('code') ?? 'none'
      const { access_token, refresh_token, id_token } = tokens
      const presentable = [code, request.verifier, request.state, access_token, refresh_token, id_token, next]
      const known = [PERSON.email, PERSON.password, PORTAL.secret, ...Object.values(secrets)]
      for (const secret of [...presentable, ...known]) expect(everything).not.toContain(String(secret))
      for (const call of receiver.calls(at('/all'))) {
        expect(verified(secrets.all, call).data.id).toBe(call.headers['webhook-id'])
        expect(() => verified(secrets.logins, call)).toThrow('No matching signature')
        expect(call).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
      }
      const login = payloadsAt(receiver, at('/logins'))[0]
      expect(login).toEqual({
        type: 'login.succeeded',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        version: 1,
        data: {
          id: receiver.calls(at('/logins'))[0]?.headers['webhook-id'],
          outcome: 'success',
          actor: expect.stringMatching(/^user:/),
          subject: expect.any(String),
          client: 'portal',
          request_id: expect.any(String),
          ip: '127.0.0.1',
          user_agent: 'Ada/1.0',
          details: expect.objectContaining({ method: 'password' }),
        },
      })
    })

    it('what is told is what docs/events.md says of its type', async () => {
      const payloads = [...payloadsAt(receiver, at('/all')), ...payloadsAt(receiver, at('/logins'))]
      const faults = payloads.filter(
        (payload) => !isEventType(payload.type) || !payloadSchema(payload.type).safeParse(payload).success,
      )
      expect(faults).toEqual([])
      expect(new Set(payloads.map(({ type }) => type)).size).toBeGreaterThanOrEqual(5)
    })

    it('A-815 after a rotation both secrets sign, until the time that was said', async () => {
      const path = at('/rotated')
      const old = await createWebhook(house(), receiver.url(path), 'rotated', 'webhook.secret_rotated')
      const rotate = async (overlap: string) => {
        const args = ['rotate-secret', 'rotated', '--json', '--overlap', overlap]
        return JSON.parse((await webhookCommand(house(), ...args)).stdout) as Record<string, string>
      }
      const { secret: second = '', former_signs_until: until = '' } = await rotate('1h')
      expect(Date.parse(until) - Date.now()).toBeGreaterThan(3_500_000)
      await expect.poll(() => receiver.calls(path).length, SOON).toBe(1)
      for (const secret of [old, second])
        expect(verified(secret, receiver.calls(path)[0] as Call).data.details).toEqual({
          webhook: 'rotated',
          former_signs_until: until,
        })
      const { secret: third = '' } = await rotate('0')
      await expect.poll(() => receiver.calls(path).length, SOON).toBe(2)
      const last = receiver.calls(path)[1] as Call
      expect(verified(third, last).type).toBe('webhook.secret_rotated')
      for (const secret of [old, second])
        expect(() => verified(secret, last)).toThrow('No matching signature')
      expect((await webhookCommand(house(), 'test', 'rotated')).stdout).toBe('delivered: answered 200\n')
      expect(verified(third, receiver.calls(path)[2] as Call).type).toBe('webhook.test')
    })

    it('a secret is sealed anew when the keys of fields have leaked', async () => {
      const secret = await createWebhook(house(), receiver.url(at('/sealed')), 'sealed', 'webhook.*')
      const { code, stderr } = await commandWithin(house(), ['keys', 'compromise', 'field', '--yes'])
      expect([code, stderr]).toEqual([0, expect.any(String)])
      expect((await webhookCommand(house(), 'test', 'sealed')).stdout).toBe('delivered: answered 200\n')
      verified(secret, receiver.calls(at('/sealed')).at(-1) as Call)
    })

    it('a file for apply sets one up, changes it and takes it away', async () => {
      const path = at('/applied')
      const secret = `whsec_${randomBytes(32).toString('base64')}`
      const other = `whsec_${randomBytes(32).toString('base64')}`
      const webhook = { name: 'applied', url: receiver.url(path), events: ['client.*'], secret }
      await house().apply({ version: 1, webhooks: [webhook] })
      await happen(house(), ['x'])
      await expect.poll(() => receiver.calls(path).length, SOON).toBe(1)
      expect(verified(secret, receiver.calls(path)[0] as Call).type).toBe('client.updated')
      await house().apply({ version: 1, webhooks: [{ ...webhook, secret: other }] })
      await happen(house(), ['x'])
      await expect.poll(() => receiver.calls(path).length, SOON).toBe(2)
      for (const known of [secret, other]) verified(known, receiver.calls(path)[1] as Call)
      await house().apply({ version: 1, webhooks: [{ ...webhook, secret: other, disabled: true }] })
      expect(await listedWebhook(house(), 'applied')).toMatchObject({ disabled: 'operator' })
      const trail = await commandWithin(house(), [
        'audit',
        'find',
        '--json',
        '--type',
        'webhook.secret_rotated',
      ])
      expect(trail.stdout).toContain('"actor":"apply"')
      const file = join(tmpdir(), `gatehouse-webhooks-${crypto.randomUUID()}.yaml`)
      await writeFile(file, 'version: 1\n')
      const pruned = await commandWithin(house(), ['apply', file, '--prune', '--dry-run'])
      await rm(file)
      expect(pruned.stdout).toContain('- webhook applied')
    })

    it('A-815 a secret is shown once, and kept sealed', async () => {
      const secret = await createWebhook(house(), receiver.url(at('/once')), 'once')
      const { stdout } = await webhookCommand(house(), 'list', '--json')
      const trail = (await commandWithin(house(), ['audit', 'export', '--type', 'webhook.created'])).stdout
      for (const text of [stdout, trail, house().log()]) expect(text).not.toContain(secret.slice(6))
      expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 'once', events: ['*'] }))
      await expect(createWebhook(house(), receiver.url('/other'), 'once')).rejects.toThrow('already')
      await webhookCommand(house(), 'delete', 'once')
      await expect(webhookCommand(house(), 'delete', 'once')).rejects.toThrow('There is no webhook "once".')
    })
  },
  { nodes: 1, env: WITH_RECEIVERS },
)

describe('A-812 where private addresses are not allowed', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ storage: 'postgresql', nodes: 0, env: WITH_RECEIVERS })
    await house.start(0, { OUTBOUND_ALLOW_PRIVATE: 'false' })
  })
  afterAll(() => house.stop())

  const REFUSED: readonly [problem: string, urls: readonly string[]][] = [
    [
      'must not lead to a private address',
      [
        'https://127.0.0.1/',
        'https://[::1]/',
        'https://0.0.0.0/',
        'https://10.1.2.3/',
        'https://100.64.0.1/',
        'https://169.254.169.254/latest/meta-data',
        'https://[fd00::1]/',
        'https://[::ffff:a9fe:a9fe]/',
        'https://[64:ff9b::7f00:1]/',
        'https://2130706433/',
        'https://0177.0.0.1/',
        'https://0x7f000001/',
        'https://localhost/',
        'https://localhost./',
        'https://hooks.localhost/',
      ],
    ],
    ['must be https', ['http://hooks.example/']],
    ['must have no user information', ['https://ada:pw@hooks.example/', 'https://ada@hooks.example/']],
    [
      'must not have port',
      ['https://hooks.example:22/', 'https://hooks.example:25/', 'https://hooks.example:6379/'],
    ],
    ['must be an http or https URL', ['unix:/run/redis.sock', 'file:///etc/passwd', 'ftp://hooks.example/']],
    ['is not an absolute URI', ['hooks.example', '/hooks']],
  ]

  it.each(REFUSED)('a webhook that %s is refused when it is set up', async (problem, urls) => {
    const strict = { env: { OUTBOUND_ALLOW_PRIVATE: 'false' } }
    for (const url of urls) {
      const made = commandWithin(house, ['webhook', 'create', url, '--name', 'private'], strict)
      await expect(made, url).rejects.toThrow(`url: ${problem}`)
    }
    expect(JSON.parse((await webhookCommand(house, 'list', '--json')).stdout)).toEqual([])
  })

  it('A-813 one that was set up otherwise is sent nothing, and says why', async () => {
    const before = receiver.connections()
    await createWebhook(house, receiver.url('/private'), 'private')
    await createWebhook(house, receiver.url('/private').replace('127.0.0.1', 'localhost'), 'named')
    const https = receiver.url('/private').replace('http:', 'https:')
    await createWebhook(house, https, 'encrypted')
    const failureOf = async (name: string) => (await listedWebhook(house, name))?.last_failure
    await expect.poll(() => failureOf('private'), SOON).toBe('refused_url')
    await expect.poll(() => failureOf('named'), SOON).toBe('refused_url')
    await expect.poll(() => failureOf('encrypted'), SOON).toBe('refused_address')
    const strict = { env: { OUTBOUND_ALLOW_PRIVATE: 'false' } }
    const tested = await commandWithin(house, ['webhook', 'test', 'encrypted'], strict)
    expect(tested).toMatchObject({ code: 1, stdout: 'not delivered: refused_address\n' })
    expect(receiver.connections()).toBe(before)
  })
})
