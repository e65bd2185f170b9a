import { describe, expect, it } from 'vitest'
import { faultLine, readDocument } from './read-document.ts'

function faults(text: string): string[] {
  const read = readDocument(Buffer.from(text))
  return read.ok ? [] : read.faults.map((fault) => faultLine('f.yaml', fault))
}

const client = (uri: string) =>
  `version: 1\nclients:\n  - client_id: a\n    redirect_uris: [${JSON.stringify(uri)}]`

describe('a set-up as it is written', () => {
  it('is told every fault at once, in the order of the file', () => {
    expect(
      faults(`version: 2
clients:
  - profile: web
    colour: red
    redirect_uris: ["javascript:alert(1)", 5]
  - client_id: a b
    redirect_uris: [https://portal.example/cb#x]
    require_pkce: no
resource_servers:
  - { identifier: orders, scopes: [openid, "a b"], signing_alg: HS256, access_token_ttl: 1h }
users:
  - { email: ada, birthdate: 1815, server_roles: admin, password_hash: "$2b$12$x" }
organizations:
  - { slug: acme }
first_party_api: { resource: "orders#x", access_token_ttl: 1h, refresh_token_ttl: 1d, refresh_family_ttl: 1500ms, scope: "a  b", x: 1 }
policies: {}
`),
    ).toEqual([
      'f.yaml:1:1: version: must be 1',
      'f.yaml:3:5: clients[0].client_id: is missing',
      'f.yaml:4:5: clients[0].colour: is not known here',
      'f.yaml:5:44: clients[0].redirect_uris[1]: must be text (in quotes, where it looks like something else)',
      'f.yaml:6:5: clients[1].client_id: must be 1 to 200 printable ASCII characters without spaces',
      'f.yaml:7:21: clients[1].redirect_uris[0]: "https://portal.example/cb#x" must have no fragment (#…)',
      'f.yaml:8:5: clients[1].require_pkce: must be true or false',
      'f.yaml:10:7: resource_servers[0].identifier: must be an absolute URI without a fragment',
      'f.yaml:10:36: resource_servers[0].scopes[0]: is a scope of the server itself',
      'f.yaml:10:44: resource_servers[0].scopes[1]: must be a scope: printable ASCII without spaces, quotes and backslashes',
      'f.yaml:10:52: resource_servers[0].signing_alg: must be ES256, RS256 or EdDSA',
      'f.yaml:10:72: resource_servers[0].access_token_ttl: must be a duration from 1s to 15m in whole seconds, such as 90s, 15m or 7d',
      'f.yaml:12:7: users[0].email: must be an e-mail address',
      'f.yaml:12:19: users[0].birthdate: must be text (in quotes, where it looks like something else)',
      'f.yaml:12:36: users[0].server_roles: must be a list',
      'f.yaml:12:57: users[0].password_hash: must be an argon2id PHC string of a bearable cost',
      'f.yaml:13:1: organizations: is not available yet',
      'f.yaml:15:20: first_party_api.resource: must be an absolute URI without a fragment',
      'f.yaml:15:42: first_party_api.access_token_ttl: must be a duration from 1s to 15m in whole seconds, such as 90s, 15m or 7d',
      'f.yaml:15:87: first_party_api.refresh_family_ttl: must be a duration from 1s to 3650d in whole seconds, such as 90s, 15m or 7d',
      'f.yaml:15:115: first_party_api.scope: must be scopes with one space between them',
      'f.yaml:15:130: first_party_api.x: is not known here',
    ])
  })

  it.each([
    ['A-105', 'https://portal.example/cb#x'],
    ['A-105', 'https://portal.example/cb#'],
    ['A-107', 'javascript:alert(1)'],
    ['A-107', 'JavaScript:alert(1)'],
    ['A-107', '\tjavascript:alert(1)'],
    ['A-107', 'data:text/html,x'],
    ['A-107', 'vbscript:x'],
    ['A-107', 'file:///etc/passwd'],
    ['A-107', 'blob:https://portal.example/x'],
    ['A-107', 'about:blank'],
    ['A-108', 'https://*.portal.example/cb'],
    ['A-108', 'https://portal.example/*'],
    ['A-108', 'https://portal.example/.*'],
  ])('%s is refused with the redirect URI %j', (_, uri) => {
    expect(faults(client(uri))).toEqual([
      expect.stringMatching(/^f\.yaml:4:21: clients\[0\]\.redirect_uris\[0\]: /),
    ])
  })

  it('A-817 is refused with a path where a variable belongs: there is no such field', () => {
    const text = 'version: 1\nusers:\n  - { email: ada@example.com, password_file: ../../etc/shadow }'
    expect(faults(text)).toEqual(['f.yaml:3:31: users[0].password_file: is not known here'])
  })

  it.each(['', '# nothing', '- a', 'text'])('is refused where it is no mapping: %j', (text) => {
    expect(faults(text)).toEqual(['f.yaml:1:1: must be a mapping'])
  })

  it('A-616 has no client of the first-party API’s name', () => {
    const text =
      'version: 1\nclients:\n  - { client_id: first-party, profile: spa, redirect_uris: [https://a.example] }'
    expect(faults(text)).toEqual([
      'f.yaml:3:7: clients[0].client_id: is built in: first_party_api in the file for apply sets it up',
    ])
  })

  it('is refused with scopes of no resource', () => {
    expect(faults('version: 1\nfirst_party_api: { scope: read }')).toEqual([
      'f.yaml:2:20: first_party_api.scope: needs a resource',
    ])
  })

  it('is refused with a first-party session that ends before its refresh token', () => {
    const lives = (family: string) =>
      faults(`version: 1\nfirst_party_api: { refresh_token_ttl: 2d, refresh_family_ttl: ${family} }`)
    expect(lives('47h')).toEqual([
      'f.yaml:2:43: first_party_api.refresh_family_ttl: must not be shorter than refresh_token_ttl',
    ])
    expect(lives('48h')).toEqual([])
  })

  it('is refused with an outcome, a rule or a policy that there is not', () => {
    const text = 'version: 1\npolicies:\n  risk:\n    new_device: maybe\n    new_moon: deny\n  password: {}'
    expect(faults(text)).toEqual([
      'f.yaml:4:5: policies.risk.new_device: must be allow, notify, step_up or deny',
      'f.yaml:5:5: policies.risk.new_moon: is not known here',
      'f.yaml:6:3: policies.password: is not known here',
    ])
    expect(faults('version: 1\npolicies: { risk: { new_device: allow, listed_address: deny } }')).toEqual([])
  })

  it('says what a policy of sign-in can not be', () => {
    const text = [
      'version: 1',
      'policies:',
      '  sign_in:',
      '    level: 3fa',
      '    methods: [totp]',
      '    remember_device: 500d',
      '    max_sessions: 0',
      'clients:',
      '  - { client_id: a, profile: service, sign_in: { max_sessions: 2 } }',
    ]
    expect(faults(text.join('\n'))).toEqual([
      'f.yaml:4:5: policies.sign_in.level: must be 1fa, 2fa or phr',
      'f.yaml:5:5: policies.sign_in.methods: needs one of passkey, password, email-code',
      'f.yaml:6:5: policies.sign_in.remember_device: must be a duration from 0 to 400d in whole seconds, such as 90s, 15m or 7d',
      'f.yaml:7:5: policies.sign_in.max_sessions: must be a number from 1 to 1000',
      'f.yaml:9:50: clients[0].sign_in.max_sessions: is not known here',
    ])
  })

  it('is told all that a connector can not be', () => {
    const text = [
      'version: 1',
      'connectors:',
      '  - slug: Acme',
      '    type: oidc',
      '    name: "a\\nb"',
      '    organization: acme',
      '    enforced: true',
      '    colour: red',
      '    config: { client_id: a b, scope: email, idp_entity_id: x }',
      '  - { slug: acme, type: saml, config: { idp_entity_id: x, idp_sso_url: x } }',
      '  - { slug: acme-, type: ldap }',
      '  - { slug: -acme, config: }',
      '  - { slug: acme-, type: oidc, config: }',
      '  - { slug: a, type: oidc, organization: , enforced: false, config: { issuer: x, client_id: x, scope: "a  b" } }',
      `  - { slug: a, type: oidc, name: ${'a'.repeat(65)}, config: { issuer: x, client_id: x } }`,
    ]
    const slug = 'must be 1 to 63 small letters, digits and -, which does not begin or end it'
    expect(faults(text.join('\n'))).toEqual([
      `f.yaml:3:5: connectors[0].slug: ${slug}`,
      'f.yaml:5:5: connectors[0].name: must be one line of 1 to 64 characters',
      'f.yaml:6:5: connectors[0].organization: organizations are not available yet',
      'f.yaml:7:5: connectors[0].enforced: organizations are not available yet',
      'f.yaml:8:5: connectors[0].colour: is not known here',
      'f.yaml:9:5: connectors[0].config.issuer: is missing',
      'f.yaml:9:15: connectors[0].config.client_id: must be 1 to 1000 printable ASCII characters without spaces',
      'f.yaml:9:31: connectors[0].config.scope: must have openid among its scopes',
      'f.yaml:9:45: connectors[0].config.idp_entity_id: is not known here',
      'f.yaml:10:19: connectors[1].type: saml is not available yet',
      'f.yaml:11:20: connectors[2].type: must be oidc',
      'f.yaml:12:5: connectors[3].type: is missing',
      `f.yaml:13:7: connectors[4].slug: ${slug}`,
      'f.yaml:13:32: connectors[4].config: must be a mapping',
      'f.yaml:14:96: connectors[5].config.scope: must be scopes with one space between them',
      'f.yaml:15:28: connectors[6].name: must be one line of 1 to 64 characters',
    ])
  })

  it('may have sections without entries', () => {
    const empty = 'clients:\nusers: []\norganizations: []\nconnectors:\nfirst_party_api:\npolicies: {}'
    expect(faults(`version: 1\n${empty}`)).toEqual([])
    for (const policies of ['', ' { risk: }', ' { risk: {} }'])
      expect(faults(`version: 1\npolicies:${policies}`)).toEqual([])
  })
})
