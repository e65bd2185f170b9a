/** JWT access tokens, looked into and taken back: RFC 7662 and RFC 7009 hold for them as for opaque ones. */
import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, OWN, PORTAL, type RelyingParty, refresh, signIn } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { GRACE } from './browsers.ts'
import { call, clientToken, faceOf, introspect, ORDERS_API, OTHER_API } from './probes.ts'

const ORDERS = {
  scope: 'openid orders:read offline_access',
  resource: 'https://orders.example',
  prompt: 'consent',
}

onBothStorages((house) => {
  withoutFaults(house)
  const other = (): Agent => agentOf(house(), house().nodes.length - 1)
  const signedIn = async (person?: typeof GRACE) =>
    (await signIn(house(), agentOf(house()), PORTAL, ORDERS, person)).tokens
  const isActive = async (token: string, as: RelyingParty = ORDERS_API) =>
    (await introspect(other(), token, as)).json()['active'] === true

  it('A-323 their resource and their client are told what they say, nobody else that they are', async () => {
    const { access_token: token } = await signedIn()
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    for (const as of [ORDERS_API, PORTAL]) {
      const answer = await introspect(other(), token, as)
      expect(answer.json()).toEqual({ ...claims, active: true, token_type: 'Bearer' })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    const unknown = faceOf(await introspect(other(), 'a'.repeat(65), OTHER_API))
    expect(faceOf(await introspect(other(), token, OTHER_API))).toEqual(unknown)
  })

  describe('A-241 one that is taken back', () => {
    const revoke = (token: string, as: RelyingParty = PORTAL) =>
      call(agentOf(house()), '/oauth2/revoke', { token }, as)

    it('is inactive, and its family goes on', async () => {
      const tokens = await signedIn()
      expect((await revoke(tokens.access_token, OWN)).status).toBe(200)
      expect(await isActive(tokens.access_token)).toBe(true)
      for (const _ of [1, 2]) {
        const answer = await revoke(tokens.access_token)
        expect([answer.status, answer.text]).toEqual([200, ''])
        expect(await isActive(tokens.access_token)).toBe(false)
      }
      const next = await refresh(agentOf(house()), PORTAL, tokens.refresh_token)
      expect(await isActive(String(next.json()['access_token']))).toBe(true)
    })

    it('a client’s own too', async () => {
      const token = String((await clientToken(agentOf(house()))).json()['access_token'])
      expect(await isActive(token)).toBe(true)
      await revoke(token, ORDERS_API)
      expect(await isActive(token)).toBe(false)
    })
  })

  it('L-7 they end with their grant', async () => {
    const tokens = await signedIn()
    await call(agentOf(house()), '/oauth2/revoke', { token: tokens.refresh_token }, PORTAL)
    expect(await isActive(tokens.access_token)).toBe(false)
  })

  it('L-7 A-227 they are active for nobody once their person is disabled', async () => {
    const { access_token: token } = await signedIn(GRACE)
    const opaque = (await signIn(house(), agentOf(house()), PORTAL, undefined, GRACE)).tokens.access_token
    expect([await isActive(token), await isActive(opaque, PORTAL)]).toEqual([true, true])
    await commandWithin(house(), ['user', 'disable', GRACE.email])
    await expect.poll(() => isActive(token), { timeout: 5_000 }).toBe(false)
    await expect.poll(() => isActive(opaque, PORTAL), { timeout: 5_000 }).toBe(false)
  })

  it('L-7 A-227 a client’s own is active for nobody once what its client was given is ended, and the next one is', async () => {
    const own = async () => String((await clientToken(agentOf(house()))).json()['access_token'])
    const token = await own()
    expect(await isActive(token)).toBe(true)
    await commandWithin(house(), ['sessions', 'revoke', '--client', 'orders-api'])
    await expect.poll(() => isActive(token), { timeout: 5_000 }).toBe(false)
    await expect.poll(async () => isActive(await own()), { timeout: 5_000 }).toBe(true)
  })

  it('A-229 A-233 what we have not signed, or signed as something else, is nothing', async () => {
    const tokens = await signedIn()
    const { privateKey } = await generateKeyPair('ES256')
    const [head = '', body = '', signature = ''] = tokens.access_token.split('.')
    const header = JSON.parse(Buffer.from(head, 'base64url').toString())
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const unsigned = Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url')
    for (const token of [
      tokens.id_token,
      await new SignJWT(claims).setProtectedHeader(header).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ ...header, kid: 'unknown' }).sign(privateKey),
      `${unsigned}.${body}.`,
      `${head}.${body}.${signature.slice(2)}AA`,
      `${head}.${body}.`,
    ]) {
      expect((await introspect(other(), token, PORTAL)).json()).toEqual({ active: false })
    }
  })
})
