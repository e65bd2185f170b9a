/** Nodes whose clocks don't agree: what one gives out the other honours, as long as it lives and no longer. */
import { globSync } from 'node:fs'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { clientToken, introspect, isActive } from '../security/probes.ts'
import { type Agent, createAgent } from '../support/agent.ts'
import { createKey, withProof } from '../support/dpop.ts'
import {
  APP,
  authorizationRequest,
  authorize,
  exchange,
  OWN,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectWhole, trailOf } from '../support/trail.ts'

/** What a process is told of the time of day; its timers go on as they are. */
const clockAt = (offset: string): Record<string, string> => ({
  LD_PRELOAD: globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0] ?? '',
  FAKETIME: offset,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
})

const MINUTES = 60
const NODES = { early: '+5m', late: '-5m', 'an hour late': '-1h', 'a day early': '+1d' }

withHouse({ storage: 'redis', nodes: 0 }, (house) => {
  const urls = new Map<string, string>()
  const at = (name: keyof typeof NODES): string => urls.get(name) ?? ''
  beforeAll(async () => {
    const starting = Object.entries(NODES).map(async ([name, offset]) => {
      const { url } = await house().start(0, clockAt(offset))
      urls.set(name, url)
    })
    await Promise.all(starting)
  })
  const browser = (node: string): Agent => createAgent({ issuer: house().issuer, node })
  const seconds = (): number => Date.now() / 1_000

  test('F-145 the nodes of this test have the clocks that they were given', async () => {
    for (const [name, minutes] of [
      ['early', 5],
      ['late', -5],
      ['an hour late', -60],
      ['a day early', 24 * 60],
    ] as const) {
      const { headers } = await fetch(`${at(name)}/oauth2/jwks`)
      const apart = Date.parse(headers.get('date') ?? '') / 1_000 - seconds() - minutes * MINUTES
      expect(Math.abs(apart)).toBeLessThan(30)
    }
  })

  test('F-145 a sign-in, its session, its code and its tokens are good on all of them', async () => {
    const agent = browser(at('early'))
    const request = authorizationRequest(PORTAL, { scope: 'openid offline_access', prompt: 'consent' })
    const code = (await authorize(house(), agent, request)).searchParams.get('code') ?? ''
    const first = (await exchange(agent, PORTAL, code, request.verifier, at('late'))).json()
    expect(first).toHaveProperty('refresh_token')
    let token = String(first['refresh_token'])
    for (const node of [...urls.values(), at('early')]) {
      const answer = await refresh(agent, PORTAL, token, node)
      expect([node, answer.status]).toEqual([node, 200])
      const { refresh_token, access_token, expires_in } = answer.json()
      expect(expires_in).toBe(15 * MINUTES)
      for (const other of urls.values())
        expect(await isActive(browser(other), String(access_token))).toBe(true)
      token = String(refresh_token)
    }
    // The browser's session too: nobody is asked to sign in again.
    for (const node of urls.values()) {
      const silent = await agent.request(authorizationRequest(OWN, { prompt: 'none' }).url, { node })
      expect([node, new URL(silent.location ?? '').searchParams.get('error')]).toEqual([node, null])
    }
  })

  test('F-145 a used token is told from a repeat by the store’s time, whatever the nodes’', async () => {
    const agent = browser(at('a day early'))
    const { tokens } = await signIn(house(), agent, PORTAL)
    const successor = (await refresh(agent, PORTAL, tokens.refresh_token, at('an hour late'))).json()
    for (const node of urls.values()) {
      const repeat = await refresh(agent, PORTAL, tokens.refresh_token, node)
      expect(repeat.json()['refresh_token']).toBe(successor['refresh_token'])
    }
  })

  test('F-145 no token outlives its life by more than the clocks are apart', async () => {
    const agent = browser(at('early'))
    const { tokens } = await signIn(house(), agent, PORTAL)
    const { iat = 0, exp = 0 } = decodeJwt(tokens.id_token)
    expect(exp - iat).toBe(15 * MINUTES)
    expect(exp).toBeLessThan(seconds() + 20 * MINUTES + 5)
    const signed = String((await clientToken(agent)).json()['access_token'])
    for (const name of ['early', 'late'] as const)
      expect((await introspect(browser(at(name)), signed, ORDERS)).json()).toMatchObject({ active: true })
    // Whose clock is past its end does not take it, however early that one is.
    expect((await introspect(browser(at('a day early')), signed, ORDERS)).json()).toEqual({ active: false })
  })

  test('F-145 a key’s proofs are judged by the nonce of the node that asks for it', async () => {
    const key = await createKey()
    const agent = browser(at('late'))
    const request = authorizationRequest(APP, { scope: 'openid offline_access', prompt: 'consent' })
    const code = (await authorize(house(), agent, request)).searchParams.get('code') ?? ''
    const form = {
      client_id: APP.clientId,
      grant_type: 'authorization_code',
      code,
      redirect_uri: APP.redirectUri,
      code_verifier: request.verifier,
    }
    const given = await withProof(agent, key, '/oauth2/token', { form })
    expect([given.status, given.json()['token_type']]).toEqual([200, 'DPoP'])
    const again = {
      client_id: APP.clientId,
      grant_type: 'refresh_token',
      refresh_token: String(given.json()['refresh_token']),
    }
    for (const name of ['early', 'late'] as const) {
      const answer = await withProof(browser(at(name)), key, '/oauth2/token', { form: again })
      expect([name, answer.status]).toEqual([name, 200])
    }
  })

  test('F-145 the trail is in the order of its numbers, whatever the clocks, and doctor names them', async () => {
    const trail = await trailOf(house())
    const numbers = trail.filter(({ chain }) => chain === 'main').map(({ sequence }) => sequence)
    expect(numbers).toEqual(numbers.map((_, n) => n + 1))
    expect(new Set(trail.map(({ event }) => event.id)).size).toBe(trail.length)
    await expectWhole(house())
    const { stdout } = await house().run(['doctor', '--quick'], { env: clockAt('+5m') })
    expect(stdout).toMatch(/^warn +redis +its clock is 30\d(\.\d)?s behind this machine’s$/m)
    expect(stdout).toMatch(/^warn +database +its clock is 30\d(\.\d)?s behind this machine’s$/m)
    expect(house().log()).not.toMatch(/reuse_detected|unhandled|uncaught|"level":"(error|fatal)"/i)
  })
})

const ORDERS = { clientId: 'orders-api', secret: 'orders-secret-0123456789' }
