/** What people and their applications do, and the events that it leaves. */
import { expect, it } from 'vitest'
import {
  APP,
  agentOf,
  authorizationRequest,
  exchange,
  follow,
  PERSON,
  PORTAL,
  refresh,
  signIn,
  tokenRequest,
} from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { expectWhole, trailOf, typesOf } from '../support/trail.ts'
import { commandWithin, setPasswordLink } from '../support/within.ts'
import { call, clientToken, eventsOf, ORDERS_API, SOON } from './probes.ts'

const idOf = ({ headers }: { headers: Headers }): string => headers.get('x-request-id') ?? ''

onBothStorages(
  (house) => {
    it('A-926 the audit trail has each event of what people and applications do once, and the chain holds', async () => {
      const agent = agentOf(house())
      const { at, page } = await follow(agent, house().issuer, authorizationRequest(PORTAL).url)
      const wrong = await agent.submit(page, at, { username: PERSON.email, password: 'wrong 0815 wrong' })
      const nobody = await agent.submit(page, at, { username: 'nobody@x.example', password: 'wrong 0815' })
      const { tokens, callback, request } = await signIn(house(), agent, PORTAL)
      const code = callback.searchParams.get('code') ?? ''
      const replay = await exchange(agent, PORTAL, code, request.verifier)
      const first = await refresh(agent, PORTAL, tokens.refresh_token)
      const second = await refresh(agent, PORTAL, String(first.json()['refresh_token']))
      await refresh(agent, PORTAL, String(second.json()['refresh_token']))
      // Once its second is over, the first token can only be somebody else's.
      const verdict = async () => {
        await refresh(agent, PORTAL, tokens.refresh_token)
        return eventsOf(house(), 'token.reuse_detected').length
      }
      await expect.poll(verdict, SOON).toBe(1)
      const [reuse] = eventsOf(house(), 'token.reuse_detected')
      const app = await signIn(house(), agent, APP, { scope: 'openid offline_access', prompt: 'consent' })
      const ended = await call(agent, '/oauth2/revoke', {
        token: app.tokens.refresh_token,
        client_id: 'app',
      })
      const machine = await tokenRequest(agent, ORDERS_API, {
        grant_type: 'client_credentials',
        scope: 'orders:read',
      })
      expect([ended.status, machine.status]).toEqual([200, 200])
      const signed = String((await clientToken(agent)).json()['access_token'])
      const takeBack = () => call(agent, '/oauth2/revoke', { token: signed }, ORDERS_API)
      const [takenBack, again] = [await takeBack(), await takeBack()]
      const asked = await agent.request('/oauth2/logout')
      const out = await agent.submit(asked, '/oauth2/logout/confirm', { logout: 'yes' })

      const trail = await trailOf(house())
      expect(typesOf(trail, idOf(wrong))).toEqual(['login.failed'])
      expect(typesOf(trail, idOf(nobody))).toEqual(['login.failed'])
      expect(typesOf(trail, idOf(replay))).toEqual(['code.replayed'])
      expect(typesOf(trail, idOf(first))).toEqual(['token.refreshed'])
      expect(typesOf(trail, String(reuse?.['requestId']))).toEqual([
        'token.reuse_detected',
        'session.revoked',
      ])
      expect(typesOf(trail, idOf(ended))).toEqual(['grant.revoked'])
      expect(typesOf(trail, idOf(machine))).toEqual(['token.issued'])
      expect(typesOf(trail, idOf(takenBack))).toEqual(['token.revoked'])
      expect(typesOf(trail, idOf(again))).toEqual([])
      expect(typesOf(trail, idOf(out))).toEqual(['session.ended'])
      const ids = trail.map(({ event }) => event.id)
      expect(new Set(ids).size).toBe(ids.length)
      await expectWhole(house())
    })

    it('A-926 it says who, where and whether, and keeps what may be erased beside it', async () => {
      const agent = agentOf(house())
      await signIn(house(), agent, PORTAL)
      const found = await commandWithin(house(), [
        'audit',
        'find',
        '--user',
        PERSON.email,
        '--type',
        'login.succeeded',
        '--json',
      ])
      const line = JSON.parse(found.stdout.split('\n')[0] ?? '')
      expect(line.event).toMatchObject({
        type: 'login.succeeded',
        outcome: 'success',
        client: 'portal',
        actor: `user:${line.event.subject}`,
        details: { method: 'password' },
      })
      expect(line.personal).toMatchObject({ ip: '127.0.0.1', name: PERSON.email })
      expect(line.record).not.toContain('127.0.0.1')
      expect(line.record).not.toContain(PERSON.email)
    })

    it('A-926 it has what commands and links change', async () => {
      const link = await setPasswordLink(house(), 'grace@example.com')
      const agent = agentOf(house())
      const page = await agent.request(link)
      await agent.submit(page, link, { password: 'a brand new password 1906' })
      for (const change of [
        ['user', 'disable', 'grace@example.com'],
        ['user', 'enable', 'grace@example.com'],
        ['client', 'create', 'extra', '--profile', 'spa', '--redirect-uri', 'https://x.example/'],
        ['client', 'disable', 'extra'],
        ['client', 'delete', 'extra'],
      ])
        await commandWithin(house(), change)
      const trail = await trailOf(house())
      const types = trail.map(({ event }) => event.type)
      for (const type of [
        'user.created',
        'user.link_created',
        'password.set',
        'user.disabled',
        'user.enabled',
        'client.created',
        'client.disabled',
        'client.deleted',
        'resource_server.created',
      ])
        expect(types).toContain(type)
      await expectWhole(house())
    })
  },
  { nodes: 1, env: { REFRESH_REUSE_GRACE: '1s' } },
)
