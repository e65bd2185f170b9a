import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type Adapter, type AdapterPayload, type Configuration, Provider } from 'oidc-provider'
// @ts-expect-error the library publishes no types for its inner files
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
import { describe, expect, it } from 'vitest'
import {
  answerClients,
  answerHolders,
  chooseAcr,
  chooseNonces,
  chooseTokenValues,
  compareClientSecrets,
  guardReplays,
  nameAddresses,
  nameSessions,
  replaceResponseMode,
  takeOnlyIdTokensAsHints,
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

const plain: Configuration = {
  adapter: () => nowhere,
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  clients: [{ client_id: 'web', client_secret: 'stored', redirect_uris: ['https://web.example/cb'] }],
  cookies: { keys: ['test'] },
  extraClientMetadata: { properties: ['secret_storage'] },
  features: { devInteractions: { enabled: false } },
  jwks: { keys: [key] },
}

const provider = (): Provider => new Provider('http://localhost:3000', plain)

type Nonces = { nextChallenge(): string; checkChallenge(nonce: string): boolean }
const noncesOf = (subject: Provider): Nonces =>
  (instance as (provider: Provider) => { DPoPNonces: Nonces })(subject).DPoPNonces

async function serve(subject: Provider): Promise<{ origin: string; close(): void }> {
  const server = createServer(subject.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

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

  it('has its nonces made and known by every key there is', () => {
    const [older, newer] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    let keys = [older]
    const nonces = (secret: Buffer) => {
      const features = { dPoP: { enabled: true, nonceSecret: secret } }
      const subject = new Provider('http://localhost:3000', { ...plain, features })
      chooseNonces(subject, () => keys.map((key) => ({ key })))
      return noncesOf(subject)
    }
    const made = nonces(Buffer.alloc(32, 9))
    const before = made.nextChallenge()
    expect(nonces(older).checkChallenge(before)).toBe(true)
    keys = [newer, older]
    expect([made.checkChallenge(before), made.nextChallenge() === before]).toEqual([true, false])
    const after = made.nextChallenge()
    keys = [older]
    expect([made.checkChallenge(after), made.checkChallenge('x')]).toEqual([false, false])
    expect(() => chooseNonces(new Provider('http://localhost:3000', plain), () => [])).toThrow(
      'makes nonces otherwise',
    )
  })

  it('asks one method for the addresses of its endpoints', async () => {
    const subject = provider()
    nameAddresses(subject, ({ req }) =>
      req.headers['x-elsewhere'] === undefined ? undefined : 'https://else/where',
    )
    const { origin, close } = await serve(subject)
    const address = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await fetch(`${origin}/.well-known/openid-configuration`, { headers })
      return ((await answer.json()) as Record<string, unknown>)['token_endpoint']
    }
    expect(await address({})).toBe(`${origin}/token`)
    expect(await address({ 'x-elsewhere': '1' })).toBe('https://else/where')
    close()
  })

  it('asks how sure it is who somebody is where it says so, by its request and its session', () => {
    const subject = provider()
    chooseAcr(subject, (params, own) => `${String(params['acr_values'])} of ${own}`)
    const { OIDCContext } = subject as unknown as { OIDCContext: new (ctx: object) => Told }
    interface Told {
      acr: unknown
      params: object
      session: object
    }
    const told = new OIDCContext({ req: {}, res: {} })
    told.params = { acr_values: 'asked' }
    Object.defineProperty(told, 'session', { value: { acr: 'reached' } })
    expect(told.acr).toBe('asked of reached')
  })

  it('has a carrier for each response mode, and calls it for answers and errors', async () => {
    const subject = provider()
    replaceResponseMode(subject, 'form_post', (ctx, redirectUri, payload) => {
      ctx.body = { redirectUri, error: payload['error'] }
    })
    const { origin, close } = await serve(subject)
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
    const answer = await fetch(`${origin}/auth?${asked}`)
    expect(await answer.json()).toEqual({ redirectUri: 'https://web.example/cb', error: 'login_required' })
    close()
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

  it('asks it for the id of a JWT access token too', async () => {
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
    expect(generateTokenId.call(jwt)).toBe('chosen')
    expect((jwt as unknown as { format: string }).format).toBe('jwt')
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

  it('asks the client whether it is told of sessions, and to tell it', async () => {
    const subject = new Provider('http://localhost:3000', {
      ...plain,
      clients: [{ ...plain.clients?.[0], backchannel_logout_uri: 'http://127.0.0.1:1/' } as never],
      features: { ...plain.features, backchannelLogout: { enabled: true } },
      fetch: () => Promise.reject(new Error('nothing is sent')),
    })
    const client = async () =>
      (await subject.Client.find('web')) as unknown as {
        includeSid(): boolean
        backchannelLogout(sub: string, sid: string): Promise<void>
      }
    const before = await client()
    expect(before.includeSid()).toBe(false)
    await expect(before.backchannelLogout('ada', 'sid')).rejects.toThrow('nothing is sent')
    nameSessions(subject)
    expect((await client()).includeSid()).toBe(true)
    await (await client()).backchannelLogout('ada', 'sid')
  })

  it('asks `IdToken.validate` about hints, which looks at no type', async () => {
    const subject = provider()
    const client = await subject.Client.find('web')
    const sign = (typ?: string) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'ES256', ...(typ !== undefined && { typ }) })
        .setIssuer('http://localhost:3000')
        .setSubject('ada')
        .setAudience('web')
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey)
    const validate = async (typ?: string) =>
      (subject.IdToken as unknown as { validate(jwt: string, client: unknown): Promise<unknown> }).validate(
        await sign(typ),
        client,
      )
    expect(await validate('logout+jwt')).toBeDefined()
    takeOnlyIdTokensAsHints(subject)
    expect([await validate(), await validate('JWT')]).toEqual([expect.anything(), expect.anything()])
    await expect(validate('logout+jwt')).rejects.toThrow('another kind')
    await expect(validate('at+jwt')).rejects.toThrow('another kind')
  })

  it('can be given an endpoint where clients authenticate', async () => {
    const subject = provider()
    answerClients(subject, '/more', async (ctx) => {
      ctx.body = { asked: ctx.oidc.client?.clientId, route: ctx.oidc.route }
    })
    const { origin, close } = await serve(subject)
    const ask = (secret: string, form = '') =>
      fetch(`${origin}/more`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`web:${secret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: form,
      })
    const known = await ask('stored')
    expect([known.status, await known.json()]).toEqual([200, { asked: 'web', route: 'introspection' }])
    expect(known.headers.get('cache-control')).toBe('no-store')
    const statuses = [
      await ask('wrong'),
      await ask('stored', 'client_id=other'),
      await fetch(`${origin}/more`),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([401, 400, 404])
    close()
  })

  it('can be given an endpoint for who holds an access token, for whatever it is', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    const owner = { accountId: 'ada', clientId: 'web', exp }
    const stored: Record<string, Record<string, AdapterPayload>> = {
      AccessToken: {
        good: { ...owner, kind: 'AccessToken', grantId: 'living', aud: 'https://api.example' },
        ended: { ...owner, kind: 'AccessToken', grantId: 'gone' },
        bound: { ...owner, kind: 'AccessToken', grantId: 'living', jkt: 'x' },
        over: { ...owner, kind: 'AccessToken', grantId: 'living', exp: 1 },
      },
      Grant: { living: { ...owner, kind: 'Grant' } },
    }
    const subject = new Provider('http://localhost:3000', {
      ...plain,
      adapter: (model) => ({ ...nowhere, find: async (id) => stored[model]?.[id] }),
      findAccount: async (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    })
    answerHolders(
      subject,
      '/held',
      (ctx) => ctx.get('x-inside') === 'yes',
      async (ctx) => {
        const { AccessToken, Client, Account, Grant } = ctx.oidc.entities
        ctx.body = [AccessToken?.aud, Client?.clientId, Account?.accountId, Grant?.clientId]
      },
    )
    const { origin, close } = await serve(subject)
    const ask = (token: string, inside = 'yes') =>
      fetch(`${origin}/held`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'x-inside': inside },
      })
    const good = await ask('good')
    expect([good.status, await good.json()]).toEqual([200, ['https://api.example', 'web', 'ada', 'web']])
    expect(good.headers.get('cache-control')).toBe('no-store')
    const refused = ['ended', 'bound', 'over', 'unknown'].map(async (token) => (await ask(token)).status)
    expect(await Promise.all(refused)).toEqual([401, 401, 401, 401])
    expect((await ask('good', 'no')).status).toBe(404)
    close()
  })
})
