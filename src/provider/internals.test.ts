import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { type Adapter, Provider } from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import {
  chooseTokenValues,
  compareClientSecrets,
  guardReplays,
  replaceResponseMode,
  wrapGrantHandler,
} from './internals.ts'

const { privateKey } = await generateKeyPair('ES256', { extractable: true })
const key = { ...(await exportJWK(privateKey)), alg: 'ES256' }
const nowhere: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
}

const provider = (): Provider =>
  new Provider('http://localhost:3000', {
    adapter: () => nowhere,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [{ client_id: 'web', client_secret: 'stored', redirect_uris: ['https://web.example/cb'] }],
    cookies: { keys: ['test'] },
    extraClientMetadata: { properties: ['secret_storage'] },
    features: { devInteractions: { enabled: false } },
    jwks: { keys: [key] },
  })

describe('the insides of the library that the house holds on to', () => {
  it('has a handler for each grant type, which can be put into another', async () => {
    const subject = provider()
    const called: string[] = []
    for (const name of ['inner', 'outer']) {
      wrapGrantHandler(subject, 'authorization_code', (original) => async (ctx) => {
        called.push(name)
        if (name === 'outer') await original(ctx)
      })
    }
    wrapGrantHandler(subject, 'authorization_code', (outer) => {
      called.push('wrapped')
      void outer({} as never)
      return outer
    })
    expect(called).toEqual(['wrapped', 'outer', 'inner'])
    expect(() => wrapGrantHandler(subject, 'no_such_grant', (original) => original)).toThrow('no handler')
  })

  it('has a carrier for each response mode, and calls it for answers and errors', async () => {
    const subject = provider()
    replaceResponseMode(subject, 'form_post', (ctx, redirectUri, payload) => {
      ctx.body = { redirectUri, error: payload['error'] }
    })
    const server = createServer(subject.callback()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const asked = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'openid',
      prompt: 'none',
      redirect_uri: 'https://web.example/cb',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    const answer = await fetch(`http://127.0.0.1:${port}/auth?${asked}`)
    expect(await answer.json()).toEqual({ redirectUri: 'https://web.example/cb', error: 'login_required' })
    server.close()
    expect(() => replaceResponseMode(subject, 'no_such_mode', () => undefined)).toThrow('no response mode')
  })

  it('asks `generateTokenId` for the value of a token, synchronously', async () => {
    const subject = provider()
    chooseTokenValues(subject.AuthorizationCode, ({ grantId }) => `value of ${grantId}`)
    const client = await subject.Client.find('web')
    if (client === undefined) throw new Error('no client')
    const code = new subject.AuthorizationCode({ client, accountId: 'ada', grantId: 'g1' } as never)
    expect(await code.save()).toBe('value of g1')
  })

  it('leaves the id of a JWT access token alone', async () => {
    const subject = provider()
    chooseTokenValues(subject.AccessToken, () => 'chosen')
    const token = new subject.AccessToken({ grantId: 'g1' } as never)
    const { generateTokenId } = token as unknown as { generateTokenId(): string }
    expect(generateTokenId.call(token)).toBe('chosen')
    const resourceServer = new subject.ResourceServer('https://api.example', {
      scope: '',
      accessTokenFormat: 'jwt',
    })
    const jwt = new subject.AccessToken({ grantId: 'g1', resourceServer } as never)
    expect(generateTokenId.call(jwt)).not.toBe('chosen')
  })

  it('asks `compareClientSecret` about a secret, and takes ours for hashed ones only', async () => {
    const subject = provider()
    compareClientSecrets(
      subject,
      async (clientId, received, stored) => `${clientId} ${received} ${stored}` === 'web sent stored',
    )
    const client = (await subject.Client.find('web')) as unknown as {
      compareClientSecret(received: string): boolean | Promise<boolean>
      secret_storage?: string
    }
    expect(await client.compareClientSecret('stored')).toBe(true)
    client.secret_storage = 'hashed'
    expect(await client.compareClientSecret('stored')).toBe(false)
    expect(await client.compareClientSecret('sent')).toBe(true)
  })

  it('asks `ReplayDetection.unique` whether an assertion is new', async () => {
    const subject = provider()
    const claims: unknown[] = []
    guardReplays(
      subject,
      async (...claim) => {
        claims.push(claim)
        return claims.length === 1
      },
      () => 1_000_000,
    )
    expect(await subject.ReplayDetection.unique('web', 'jti', 1060)).toBe(true)
    expect(await subject.ReplayDetection.unique('web', 'jti', 1060)).toBe(false)
    expect(claims[0]).toEqual(['web', 'jti', 60_000])
  })
})
