import { describe, expect, it } from 'vitest'
import type { Client, FirstPartySettings } from '../../clients/client.ts'
import { clientMetadataSchema } from '../../clients/client-metadata.ts'
import type { Connector } from '../../federation/connector.ts'
import { checkAgainstStore } from './check-against-store.ts'
import type {
  DesiredClient,
  DesiredConnector,
  DesiredFirstParty,
  DesiredPassword,
  DesiredResourceServer,
  DesiredUser,
  DesiredWebhook,
} from './desired.ts'
import { livesThatAreCut } from './lives-that-are-cut.ts'
import { type Facts, plan } from './plan.ts'
import type { Stored, StoredUser, StoredWebhook } from './set-up-repository.ts'
import { changeLines } from './show-changes.ts'

const web = (more: object = {}) =>
  clientMetadataSchema.parse({ redirect_uris: ['https://portal.example/cb'], ...more })
const spa = (more: object = {}) => web({ profile: 'spa', ...more })

const client = (more: Partial<Client> = {}): Client => ({
  clientId: 'portal',
  metadata: web(),
  secretHash: '1:hash of right',
  secretSealed: undefined,
  disabled: false,
  managedBy: 'apply',
  ...more,
})
const ada: StoredUser = {
  id: '1',
  sub: 'sub-of-ada',
  email: 'ada@example.com',
  emailKey: 'ada@example.com',
  emailVerified: false,
  name: 'Ada',
  profile: { locale: 'en' },
  serverRoles: [],
  disabled: false,
  epoch: 0,
  ends: 0,
  managedBy: 'apply',
  passwordHash: 'phc of right',
}
const api = {
  identifier: 'https://api.example',
  scopes: ['read'],
  accessTokenFormat: 'jwt',
  signingAlg: 'ES256',
  accessTokenTtl: undefined,
  introspectionClient: undefined,
  managedBy: 'apply',
} as const

const wantClient = (more: Partial<DesiredClient> = {}): DesiredClient => ({
  path: ['clients', 0],
  clientId: 'portal',
  metadata: web(),
  ...more,
})
const wantServer = (more: Partial<DesiredResourceServer> = {}): DesiredResourceServer => {
  const { managedBy: _, ...server } = api
  return { path: ['resource_servers', 0], ...server, scopes: ['read'], ...more }
}
const wantUser = (more: Partial<DesiredUser> = {}): DesiredUser => ({
  path: ['users', 0],
  address: { email: 'ada@example.com', key: 'ada@example.com' },
  profile: {},
  ...more,
})

const settings = (more: Partial<FirstPartySettings> = {}): FirstPartySettings => ({
  resource: api.identifier,
  scope: undefined,
  accessTokenTtl: 300,
  refreshTokenTtl: undefined,
  refreshFamilyTtl: undefined,
  managedBy: 'apply',
  ...more,
})
const wantSettings = (more: Partial<DesiredFirstParty> = {}): DesiredFirstParty => {
  const { managedBy: _, ...rest } = settings()
  return { path: ['first_party_api'], ...rest, ...more }
}

const webhook: StoredWebhook = {
  id: '1',
  name: 'siem',
  url: 'https://siem.example/',
  events: ['*'],
  secretSealed: Buffer.alloc(0),
  previous: undefined,
  disabled: undefined,
  managedBy: 'apply',
}
const wantWebhook = (more: Partial<DesiredWebhook> = {}): DesiredWebhook => ({
  path: ['webhooks', 0],
  name: 'siem',
  url: 'https://siem.example/',
  events: ['*'],
  ...more,
})

const connector: Connector = {
  id: '1',
  slug: 'acme',
  type: 'oidc',
  name: 'Acme',
  config: { issuer: 'https://acme.example', client_id: 'house', scope: 'openid email' },
  secretSealed: Buffer.alloc(0),
  disabled: false,
  managedBy: 'apply',
}
const wantConnector = (more: Partial<DesiredConnector> = {}): DesiredConnector => {
  const { slug, type, name, config } = connector
  return { path: ['connectors', 0], slug, type, name, config, ...more }
}

const plain = (text: string): DesiredPassword => ({ kind: 'plain', text, at: ['users', 0, 'password'] })

const right: Facts = {
  secretFits: (_, secret) => secret === 'right',
  passwordFits: () => true,
  webhookSecretFits: (_, secret) => secret === 'right',
  connectorSecretFits: ({ secretSealed }, secret) => secretSealed !== undefined && secret === 'right',
}
const wrong: Facts = {
  secretFits: () => false,
  passwordFits: () => false,
  webhookSecretFits: () => false,
  connectorSecretFits: () => false,
}

interface Sides {
  clients?: [Client[], DesiredClient[]]
  servers?: [Stored['resourceServers'], DesiredResourceServer[]]
  users?: [StoredUser[], DesiredUser[]]
  firstParty?: [FirstPartySettings | undefined, DesiredFirstParty | undefined]
  webhooks?: [StoredWebhook[], DesiredWebhook[]]
  connectors?: [Connector[], DesiredConnector[]]
}
function sides({
  clients = [[], []],
  servers = [[], []],
  users = [[], []],
  firstParty = [undefined, undefined],
  webhooks = [[], []],
  connectors = [[], []],
}: Sides) {
  const [stored, desired] = ([0, 1] as const).map((side) => ({
    clients: clients[side],
    resourceServers: servers[side],
    users: users[side],
    firstParty: firstParty[side],
    webhooks: webhooks[side],
    connectors: connectors[side],
  }))
  return [stored as Stored, desired as Parameters<typeof plan>[1]] as const
}
const planned = (given: Sides, facts = right, prune = false) =>
  plan(...sides(given), facts, { managedBy: 'apply', prune })
const lines = (given: Sides, facts = right, prune = false) =>
  planned(given, facts, prune).flatMap(changeLines)

describe('the plan', () => {
  it('is empty where everything is as it should be', () => {
    const given = {
      clients: [[client()], [wantClient({ secret: 'right' })]],
      servers: [[{ ...api, scopes: ['read'] }], [wantServer()]],
      users: [[ada], [wantUser({ name: 'Ada', password: plain('right') })]],
      firstParty: [settings(), wantSettings()],
      webhooks: [[webhook], [wantWebhook({ secret: 'right' })]],
      connectors: [[connector], [wantConnector({ secret: 'right' })]],
    } satisfies Sides
    expect(planned(given)).toEqual([])
    expect(planned(given, right, true)).toEqual([])
  })

  it('names what differs, and of a secret only that it does', () => {
    expect(
      lines(
        {
          clients: [[client()], [wantClient({ secret: 'new', metadata: web({ first_party: true }) })]],
          users: [[ada], [wantUser({ name: 'Ada L.', password: plain('new') })]],
        },
        wrong,
      ),
    ).toEqual([
      '~ client portal',
      '    first_party: false → true',
      '    secret: changed',
      '~ user ada@example.com',
      '    name: "Ada" → "Ada L."',
      '    password: changed',
    ])
  })

  it('leaves a person’s fields alone that the file leaves out, and a client’s not', () => {
    expect(planned({ users: [[{ ...ada, serverRoles: ['admin'] }], [wantUser()]] })).toEqual([])
    const stored = client({ metadata: web({ require_pkce: false }) })
    expect(lines({ clients: [[stored], [wantClient()]] })).toEqual([
      '~ client portal',
      '    require_pkce: false → true',
    ])
  })

  it('lets nobody in again whom an operator has locked out, unless the file says so', () => {
    const locked = client({ disabled: true })
    expect(planned({ clients: [[locked], [wantClient()]] })).toEqual([])
    expect(lines({ clients: [[locked], [wantClient({ disabled: false })]] })).toEqual([
      '~ client portal',
      '    disabled: true → false',
    ])
  })

  it('adds claims to a profile and takes none away', () => {
    expect(planned({ users: [[ada], [wantUser({ profile: { given_name: 'Ada' } })]] })).toMatchObject([
      { fields: [{ field: 'given_name', to: 'Ada' }], set: { profile: { locale: 'en', given_name: 'Ada' } } },
    ])
  })

  it('sets a password that is brought as a hash only where it is another one', () => {
    const hash = (phc: string) => [wantUser({ password: { kind: 'hash', phc } })]
    expect(planned({ users: [[ada], hash('phc of right')] })).toEqual([])
    expect(lines({ users: [[ada], hash('another')] })).toContain('    password: changed')
  })

  it.each([
    ['a new client gets a secret made', [], wantClient(), { step: 'store', secret: 'generate' }],
    ['a client keeps the one it has', [client()], wantClient({ disabled: true }), { step: 'keep' }],
    [
      'a client that becomes public loses its own',
      [client()],
      wantClient({ metadata: spa() }),
      { step: 'drop' },
    ],
    [
      'a client that becomes confidential gets one made',
      [client({ metadata: spa(), secretHash: undefined })],
      wantClient(),
      { step: 'store', secret: 'generate' },
    ],
  ] as const)('%s', (_, stored, desired, secret) => {
    expect(planned({ clients: [[...stored], [desired]] })).toMatchObject([{ secret }])
  })

  it('prunes what a former apply made and nothing else', () => {
    const by = (managedBy: string | undefined) => client({ clientId: `by ${managedBy}`, managedBy })
    const given = {
      clients: [[by('apply'), by('demo'), by(undefined)], []],
      users: [[ada, { ...ada, emailKey: 'b@example.com', managedBy: undefined }], []],
      servers: [[{ ...api, scopes: [] }], []],
    } satisfies Sides
    expect(planned(given)).toEqual([])
    expect(lines(given, right, true)).toEqual([
      '- resource server https://api.example',
      '- client by apply',
      '- user ada@example.com',
    ])
  })

  it('changes the first-party API as a whole, or leaves it as it is', () => {
    const to = (desired: DesiredFirstParty | undefined, before?: FirstPartySettings, prune = false) =>
      lines({ firstParty: [before, desired] }, right, prune)
    const nothing = wantSettings({ resource: undefined, accessTokenTtl: undefined })
    expect(to(wantSettings())).toEqual([
      '+ settings of first-party',
      '    resource: "https://api.example"',
      '    access_token_ttl: "300s"',
    ])
    expect(to(wantSettings({ accessTokenTtl: undefined, refreshTokenTtl: 60 }), settings())).toEqual([
      '~ settings of first-party',
      '    access_token_ttl: "300s" → none',
      '    refresh_token_ttl: none → "60s"',
    ])
    expect(to(nothing)).toEqual([])
    expect(to(undefined, settings())).toEqual([])
    expect(to(undefined, settings(), true)).toEqual([
      '- settings of first-party',
      '    resource: "https://api.example" → none',
      '    access_token_ttl: "300s" → none',
    ])
    expect(to(undefined, settings({ managedBy: undefined }), true)).toEqual([])
  })

  it('lets go of a resource server before it removes it', () => {
    const given = { servers: [[{ ...api, scopes: [] }], []], firstParty: [settings(), undefined] } as Sides
    expect(planned(given, right, true).map(({ kind }) => kind)).toEqual([
      'first_party_api',
      'resource_server',
    ])
    const moved = {
      servers: [[{ ...api, scopes: [] }], [wantServer({ identifier: 'https://new.example' })]],
      firstParty: [settings(), wantSettings({ resource: 'https://new.example' })],
    } as Sides
    expect(planned(moved, right, true).map(({ action, kind }) => `${action} ${kind}`)).toEqual([
      'create resource_server',
      'update first_party_api',
      'remove resource_server',
    ])
  })

  it('leaves what was made by hand to those who made it', () => {
    const byHand = client({ managedBy: undefined })
    expect(planned({ clients: [[byHand], [wantClient({ disabled: true })]] })).toMatchObject([
      { action: 'update', to: { managedBy: undefined } },
    ])
  })
})

describe('against what is stored', () => {
  const faults = (given: Sides, prune = false) =>
    checkAgainstStore(...sides(given), { managedBy: 'apply', prune }).map(({ message }) => message)
  const servers: Sides['servers'] = [[], [wantServer({ introspectionClient: 'portal' })]]

  it('an introspection client is in the file or stored, and has a secret', () => {
    expect(faults({ servers, clients: [[], [wantClient()]] })).toEqual([])
    expect(faults({ servers, clients: [[client()], []] })).toEqual([])
    expect(faults({ servers })).toEqual(['portal is no client'])
    expect(faults({ servers, clients: [[client()], [wantClient({ metadata: spa() })]] })).toEqual([
      'portal has no secret',
    ])
  })

  it('an introspection client that the same run removes is none', () => {
    expect(faults({ servers, clients: [[client()], []] }, true)).toEqual(['portal is no client'])
  })

  it('what first-party tokens are for is in the file or stored, and stays', () => {
    const stored = [[{ ...api, scopes: [] }], []] satisfies Sides['servers']
    const wanted = { firstParty: [undefined, wantSettings()] } satisfies Sides
    expect(faults({ ...wanted, servers: [[], [wantServer()]] })).toEqual([])
    expect(faults({ ...wanted, servers: stored })).toEqual([])
    expect(faults(wanted)).toEqual(['https://api.example is no resource server'])
    const pruned = ['https://api.example would be removed by --prune, and tokens are for it']
    expect(faults({ ...wanted, servers: stored }, true)).toEqual(pruned)
    const byHand = settings({ managedBy: undefined })
    expect(faults({ servers: stored, firstParty: [byHand, undefined] }, true)).toEqual(pruned)
    expect(faults({ servers: stored, firstParty: [settings(), undefined] }, true)).toEqual([])
    const asked = settings({ scope: 'read write' })
    const missing = ['first-party tokens have write, which is no scope of https://api.example']
    expect(faults({ firstParty: [undefined, wantSettings(asked)], servers: [[], [wantServer()]] })).toEqual(
      missing,
    )
    expect(faults({ firstParty: [asked, undefined], servers: [[], [wantServer()]] })).toEqual(missing)
    const other = [{ ...api, scopes: [], managedBy: undefined }]
    expect(faults({ ...wanted, servers: [other, []] }, true)).toEqual([])
  })

  it('A-923 the secret of a connector goes to no other issuer than the one that it was given for', () => {
    const config = { ...connector.config, issuer: 'https://other.example' }
    const of = (before: Connector, more: Partial<DesiredConnector>) =>
      checkAgainstStore(...sides({ connectors: [[before], [wantConnector(more)]] }), {
        managedBy: 'apply',
        prune: false,
      })
    const message = 'is another one than before, and the secret was for that one: give client_secret_env too'
    expect(of(connector, { config })).toEqual([{ path: ['connectors', 0, 'config', 'issuer'], message }])
    expect(of(connector, { config: { ...config, issuer: 'https://acme.example/' } })).toHaveLength(1)
    expect(of({ ...connector, managedBy: undefined }, { config })).toHaveLength(1)
    expect(of(connector, { config, secret: 'right' })).toEqual([])
    expect(of({ ...connector, secretSealed: undefined }, { config })).toEqual([])
    expect(of(connector, { config: { ...connector.config, client_id: 'other' } })).toEqual([])
  })

  it('a secret of which only a hash is kept can’t become a key', () => {
    const metadata = web({ id_token_signed_response_alg: 'HS256' })
    expect(faults({ clients: [[client()], [wantClient({ metadata })]] })).toEqual([
      expect.stringContaining('only a hash is kept'),
    ])
    expect(faults({ clients: [[client()], [wantClient({ metadata, secret: 'right' })]] })).toEqual([])
  })
})

it('lives beyond the server’s own are warned of', () => {
  const nothing = { clients: [], resourceServers: [], users: [], webhooks: [], connectors: [] }
  const config = { accessTokenExp: 300_000, refreshTokenExp: 60_000, refreshFamilyExp: 120_000 }
  const warnings = (more: Partial<DesiredFirstParty>) =>
    livesThatAreCut({ ...nothing, firstParty: wantSettings(more) }, config)
  expect(warnings({ refreshTokenTtl: 60, refreshFamilyTtl: 120 })).toEqual([])
  expect(warnings({ accessTokenTtl: 301, refreshTokenTtl: 61, refreshFamilyTtl: 121 })).toEqual([
    {
      path: ['first_party_api', 'access_token_ttl'],
      message: 'is longer than ACCESS_TOKEN_EXP, and so cut at 300s',
    },
    {
      path: ['first_party_api', 'refresh_token_ttl'],
      message: 'is longer than REFRESH_TOKEN_EXP, and so cut at 60s',
    },
    {
      path: ['first_party_api', 'refresh_family_ttl'],
      message: 'is longer than REFRESH_FAMILY_EXP, and so cut at 120s',
    },
  ])
  expect(livesThatAreCut(nothing, config)).toEqual([])
})

describe('the plan of a webhook', () => {
  const of = (stored: StoredWebhook[], desired: DesiredWebhook[], prune = false) =>
    lines({ webhooks: [stored, desired] }, right, prune)

  it('makes it, with a secret of its own where none is given', () => {
    const described = ['+ webhook siem', '    url: "https://siem.example/"', '    events: ["*"]']
    expect(of([], [wantWebhook()])).toEqual([...described, '    secret: generated'])
    expect(of([], [wantWebhook({ secret: 'new', disabled: true })])).toEqual([
      ...described,
      '    disabled: true',
      '    secret: set',
    ])
  })

  it('changes what differs, and leaves what the file does not say', () => {
    const disabled = { ...webhook, disabled: { at: 0, reason: 'gone' as const } }
    expect(of([disabled], [wantWebhook()])).toEqual([])
    const changed = [wantWebhook({ events: ['login.*'], secret: 'new', disabled: false })]
    expect(of([disabled], changed)).toEqual([
      '~ webhook siem',
      '    events: ["*"] → ["login.*"]',
      '    disabled: true → false',
      '    secret: changed',
    ])
  })

  it('removes what apply made and the file no longer names, when it is asked to', () => {
    expect(of([webhook], [])).toEqual([])
    expect(of([webhook], [], true)).toEqual(['- webhook siem'])
    expect(of([{ ...webhook, managedBy: undefined }], [], true)).toEqual([])
  })
})

describe('the plan of a connector', () => {
  const of = (stored: Connector[], desired: DesiredConnector[], prune = false) =>
    lines({ connectors: [stored, desired] }, right, prune)

  it('makes it, as a public client where no secret is given', () => {
    const described = [
      '+ connector acme',
      '    type: "oidc"',
      '    name: "Acme"',
      '    issuer: "https://acme.example"',
      '    client_id: "house"',
      '    scope: "openid email"',
    ]
    expect(of([], [wantConnector()])).toEqual(described)
    expect(of([], [wantConnector({ secret: 'new', disabled: true })])).toEqual([
      ...described,
      '    disabled: true',
      '    client_secret: set',
    ])
  })

  it('changes what differs, and leaves what the file does not say', () => {
    const disabled = { ...connector, disabled: true }
    expect(of([disabled], [wantConnector()])).toEqual([])
    const config = { issuer: 'https://other.example', client_id: 'house' }
    const changed = wantConnector({ name: 'Other', config, secret: 'new', disabled: false })
    expect(of([disabled], [changed])).toEqual([
      '~ connector acme',
      '    name: "Acme" → "Other"',
      '    issuer: "https://acme.example" → "https://other.example"',
      '    scope: "openid email" → none',
      '    disabled: true → false',
      '    client_secret: changed',
    ])
    const open = { ...connector, secretSealed: undefined }
    const given = of([open], [wantConnector({ secret: 'new' })])
    expect(given).toEqual(['~ connector acme', '    client_secret: set'])
  })

  it('removes what apply made and the file no longer names, when it is asked to', () => {
    expect(of([connector], [])).toEqual([])
    expect(of([connector], [], true)).toEqual(['- connector acme'])
    expect(of([{ ...connector, managedBy: undefined }], [], true)).toEqual([])
  })
})
