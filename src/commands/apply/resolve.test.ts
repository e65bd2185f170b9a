import { describe, expect, it } from 'vitest'
import { documentSchema } from './document.ts'
import { pathText } from './finding.ts'
import { resolve } from './resolve.ts'

const VARIABLES: Record<string, string> = { SECRET: 'a secret of the portal', SHORT: 'short' }

function resolved(sections: object, production = false, outboundAllowPrivate = false) {
  const document = documentSchema.parse({ version: 1, ...sections })
  const { desired, faults, warnings } = resolve(document, {
    production,
    outboundAllowPrivate,
    readVariable: (name) => {
      const text = VARIABLES[name]
      return text === undefined ? { ok: false, fault: `names ${name}, which is not set` } : { ok: true, text }
    },
  })
  const lines = (found: typeof faults) => found.map(({ path, message }) => `${pathText(path)}: ${message}`)
  return { desired, faults: lines(faults), warnings: lines(warnings) }
}

const client = (more: object) => ({
  clients: [{ client_id: 'portal', redirect_uris: ['https://portal.example/cb'], ...more }],
})
const user = (more: object) => ({ users: [{ email: 'ada@example.com', ...more }] })
const PHC = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'

describe('the secrets of a set-up', () => {
  it('are read from variables', () => {
    expect(resolved(client({ client_secret_env: 'SECRET' }), true).desired.clients).toMatchObject([
      { secret: 'a secret of the portal' },
    ])
    expect(resolved(user({ password_env: 'SECRET' }), true).desired.users).toMatchObject([
      { password: { kind: 'plain', text: 'a secret of the portal' } },
    ])
  })

  it('may stand in clear outside production only', () => {
    for (const [set, field] of [
      [client({ client_secret: 'a secret of the portal' }), 'clients[0].client_secret'],
      [user({ password: 'a secret of the portal' }), 'users[0].password'],
    ] as const) {
      expect(resolved(set).faults).toEqual([])
      expect(resolved(set, true).faults).toEqual([
        `${field}: stands in clear, which is refused in production: use ${field.split('.')[1]}_env`,
      ])
    }
  })

  it('that are short are warned of, and refused in production', () => {
    const weak = ['clients[0].client_secret_env: has fewer than 16 characters']
    expect(resolved(client({ client_secret_env: 'SHORT' }))).toMatchObject({ faults: [], warnings: weak })
    expect(resolved(client({ client_secret_env: 'SHORT' }), true)).toMatchObject({
      faults: weak,
      warnings: [],
    })
  })

  it('that serve as a key of HS256 are short below its 32 bytes (RFC 7518 §3.2)', () => {
    const more = { token_endpoint_auth_method: 'client_secret_jwt', client_secret_env: 'SECRET' }
    expect(resolved(client(more), true).faults).toEqual([
      'clients[0].client_secret_env: has fewer than 32 characters',
    ])
  })

  it.each([
    [client({ client_secret_env: 'NONE' }), 'clients[0].client_secret_env: names NONE, which is not set'],
    [
      client({ client_secret_env: 'SECRET', client_secret: 'a secret of the portal' }),
      'clients[0].client_secret_env: is given beside client_secret: take one away',
    ],
    [
      client({ profile: 'spa', client_secret_env: 'SECRET' }),
      'clients[0].client_secret_env: a public client has no secret',
    ],
    [
      client({ client_secret: 'ein Schlüssel, nicht aus ASCII' }),
      'clients[0].client_secret: must be 1 to 1000 printable ASCII characters',
    ],
    [
      user({ password: 'a secret of the portal', password_hash: PHC }),
      'users[0].password_hash: is given beside another password',
    ],
  ])('are refused: %j', (sections, fault) => {
    expect(resolved(sections).faults).toEqual([fault])
  })

  it('are repeated in no message', () => {
    const { faults, warnings } = resolved({
      ...client({ profile: 'spa', client_secret: 'hünter2' }),
      ...user({ password: 'hünter2' }),
    })
    expect(faults).toHaveLength(2)
    expect([...faults, ...warnings].join()).not.toContain('nter2')
  })
})

describe('two entries', () => {
  it('can’t be one client, one resource server, or one person in two spellings', () => {
    const app = { client_id: 'app', profile: 'spa', redirect_uris: ['https://app.example/cb'] }
    const api = { identifier: 'https://api.example', scopes: ['read'] }
    const people = [{ email: 'ada@example.com' }, { email: 'Ada@EXAMPLE.com' }]
    expect(resolved({ clients: [app, app], resource_servers: [api, api], users: people }).faults).toEqual([
      'clients[1].client_id: app is named twice',
      'resource_servers[1].identifier: https://api.example is named twice',
      'users[1].email: ada@example.com is named twice',
    ])
  })
})

describe('A-311 where back-channel logout goes', () => {
  const to = (uri: string) => client({ backchannel_logout_uri: uri })
  const refused = (why: string) => [`clients[0].backchannel_logout_uri: ${why}`]

  it.each([
    'https://127.0.0.1/out',
    'https://2130706433/out',
    'https://0x7f.1/out',
    'https://0/out',
    'https://localhost/out',
    'https://localhost./out',
    'https://rp.localhost/out',
    'https://[::ffff:7f00:1]/out',
    'https://169.254.169.254/latest/meta-data',
    'https://10.1.2.3:8443/out',
    'https://[fd00::1]/out',
  ])('is not a private address: %s', (uri) => {
    expect(resolved(to(uri)).faults).toEqual(refused('must not lead to a private address'))
    expect(resolved(to(uri), true, true).faults).toEqual([])
  })

  it('is https in production, unless test set-ups are allowed', () => {
    const clear = to('http://rp.example/out')
    expect(resolved(clear).faults).toEqual([])
    expect(resolved(clear, true).faults).toEqual(refused('must be https'))
    expect(resolved(clear, true, true).faults).toEqual([])
    expect(resolved(to('https://rp.example/out'), true).faults).toEqual([])
  })
})

describe('the webhooks of a set-up', () => {
  const webhook = (more: object) => ({ webhooks: [{ name: 'siem', url: 'https://siem.example/', ...more }] })

  it('A-812 lead to public addresses, by https, at ports of their own', () => {
    const at = (url: string, allowPrivate = false) => resolved(webhook({ url }), true, allowPrivate).faults
    expect(at('https://siem.example:8443/hooks?tenant=1')).toEqual([])
    expect(at('http://siem.example/')).toEqual(['webhooks[0].url: must be https'])
    expect(at('https://10.0.0.1/')).toEqual(['webhooks[0].url: must not lead to a private address'])
    expect(at('https://siem.example:6379/')).toEqual(['webhooks[0].url: must not have port 6379'])
    expect(at('https://ada@siem.example/')).toEqual(['webhooks[0].url: must have no user information'])
    expect(at('siem.example')).toEqual(['webhooks[0].url: is not an absolute URI'])
    expect(at('http://127.0.0.1:8080/', true)).toEqual([])
  })

  it('have secrets as the standard writes them, and in production none in clear', () => {
    const good = `whsec_${Buffer.alloc(32).toString('base64')}`
    expect(resolved(webhook({ secret: good })).desired.webhooks).toMatchObject([
      { secret: good, events: ['*'] },
    ])
    expect(resolved(webhook({ secret: good }), true).faults).toEqual([expect.stringContaining('in clear')])
    const wrong = 'must be whsec_ and 24 to 64 random bytes in base64'
    expect(resolved(webhook({ secret_env: 'SECRET' })).faults).toEqual([`webhooks[0].secret_env: ${wrong}`])
  })

  it('are named once', () => {
    const { webhooks } = webhook({})
    const { faults } = resolved({ webhooks: [...webhooks, ...webhooks] })
    expect(faults).toEqual(['webhooks[1].name: siem is named twice'])
  })
})

describe('the connectors of a set-up', () => {
  const SUCH = { issuer: 'https://acme.example', client_id: 'house' }
  const connector = (config: object, more: object = {}) => ({
    connectors: [{ slug: 'acme', type: 'oidc', config: { ...SUCH, ...config }, ...more }],
  })

  it('are called as their slug, and ask for what people are shown, unless the file says otherwise', () => {
    expect(resolved(connector({})).desired.connectors).toEqual([
      {
        path: ['connectors', 0],
        slug: 'acme',
        type: 'oidc',
        name: 'acme',
        config: { ...SUCH, scope: 'openid email profile' },
      },
    ])
    const said = connector({ scope: 'openid' }, { name: 'Acme & Co', disabled: true, enforced: false })
    expect(resolved(said).desired.connectors).toMatchObject([
      { name: 'Acme & Co', config: { ...SUCH, scope: 'openid' }, disabled: true },
    ])
  })

  const refused = (why: string) => [`connectors[0].config.issuer: ${why}`]
  const at = (issuer: string, production = false, allowPrivate = false) =>
    resolved(connector({ issuer }), production, allowPrivate).faults

  it.each([
    ['https://acme.example?tenant=1', 'must have no query (?…)'],
    ['https://acme.example/?', 'must have no query (?…)'],
    ['https://acme.example/#', 'must have no fragment (#…)'],
    ['https://house:secret@acme.example', 'must have no user information'],
    ['acme.example', 'is not an absolute URI'],
    ['ldaps://acme.example', 'must be an http or https URL'],
    ['http://acme.example', 'must be https (http only for loopback addresses)'],
    ['https://acme.example:6379', 'must not have port 6379'],
    [`https://acme.example/${'a'.repeat(2000)}`, 'must have 2000 characters at most'],
  ])('have an issuer as OpenID Connect has it: not %s', (issuer, why) => {
    expect(at(issuer)).toEqual(refused(why))
    expect(at('https://acme.example:8443/realms/acme', true)).toEqual([])
  })

  it.each([
    'https://127.0.0.1',
    'https://2130706433',
    'https://localhost.',
    'https://[::ffff:7f00:1]',
    'https://169.254.169.254/latest',
    'https://10.1.2.3:8443',
    'http://127.0.0.1:8080',
  ])('A-812 lead to public addresses: not to %s', (issuer) => {
    expect(at(issuer)).toEqual(refused('must not lead to a private address'))
    expect(at(issuer, false, true)).toEqual([])
  })

  it('are asked by https in production, whatever is allowed to test set-ups', () => {
    for (const issuer of ['http://acme.example', 'http://127.0.0.1:8080'])
      for (const allowPrivate of [false, true])
        expect(at(issuer, true, allowPrivate)).toEqual(refused('must be https'))
  })

  it('have secrets of printable signs, and in production none in clear', () => {
    const given = resolved(connector({ client_secret_env: 'SHORT' }), true)
    expect(given).toMatchObject({ faults: [], warnings: [], desired: { connectors: [{ secret: 'short' }] } })
    expect(resolved(connector({ client_secret: 'short' }), true).faults).toEqual([
      'connectors[0].config.client_secret: stands in clear, which is refused in production: use client_secret_env',
    ])
    const { faults } = resolved(connector({ client_secret: 'hünter2' }))
    expect(faults).toEqual([
      'connectors[0].config.client_secret: must be 1 to 1000 printable ASCII characters',
    ])
    expect(resolved(connector({ client_secret: 'a', client_secret_env: 'SHORT' })).faults).toEqual([
      'connectors[0].config.client_secret_env: is given beside client_secret: take one away',
    ])
  })

  it('have each a slug of their own', () => {
    const { connectors } = connector({})
    const { faults } = resolved({ connectors: [...connectors, ...connectors] })
    expect(faults).toEqual(['connectors[1].slug: acme is named twice'])
  })
})
