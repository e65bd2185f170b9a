import type { AdapterPayload, Client } from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import type { FirstPartySettings, ResourceServer } from '../clients/client.ts'
import { asSetUp, createFirstPartyMetadata } from './first-party-client.ts'

const ORDERS = {
  identifier: 'https://orders.example',
  scopes: ['orders:read', 'orders:write'],
} as ResourceServer
const none: FirstPartySettings = {
  resource: undefined,
  scope: undefined,
  accessTokenTtl: undefined,
  refreshTokenTtl: undefined,
  refreshFamilyTtl: undefined,
  managedBy: 'apply',
}

const metadataOf = (settings?: FirstPartySettings) =>
  createFirstPartyMetadata({
    findFirstParty: async () => settings,
    findResourceServer: async (name) => (name === ORDERS.identifier ? ORDERS : undefined),
  })

describe('the built-in client', () => {
  it('has what was set, and nothing where nothing was', async () => {
    const plain = await metadataOf()()
    expect(plain).toMatchObject({ client_id: 'first-party', scope: 'openid profile email' })
    expect(Object.keys(plain).filter((name) => /ttl|_for|resource/.test(name))).toEqual([])
    expect(await metadataOf({ ...none, resource: ORDERS.identifier, refreshTokenTtl: 60 })()).toEqual({
      ...plain,
      tokens_for: ORDERS.identifier,
      resource_scopes: 'orders:read orders:write',
      refresh_token_ttl: 60,
    })
  })

  it('has of the resource’s scopes those that were set', async () => {
    const settings = { ...none, resource: ORDERS.identifier, scope: 'orders:gone orders:read' }
    expect(await metadataOf(settings)()).toMatchObject({ resource_scopes: 'orders:read' })
  })

  it('is told once, until something else is found', async () => {
    let settings = { ...none, accessTokenTtl: 60 }
    const metadata = createFirstPartyMetadata({
      findFirstParty: async () => settings,
      findResourceServer: async () => undefined,
    })
    const first = await metadata()
    expect(await metadata()).toBe(first)
    settings = { ...settings, accessTokenTtl: 30 }
    expect(await metadata()).toMatchObject({ access_token_ttl: 30 })
  })

  it('issues nothing while what its tokens are for is not there', async () => {
    const gone = metadataOf({ ...none, resource: 'https://gone.example' })
    await expect(gone()).rejects.toMatchObject({
      status: 503,
      detail: expect.stringContaining('gone.example'),
    })
    const { identifier: resource } = ORDERS
    await expect(metadataOf({ ...none, resource, scope: 'orders:gone' })()).rejects.toMatchObject({
      status: 503,
    })
  })
})

describe('what was stored', () => {
  const shown = async (payload: AdapterPayload, resource?: string, clientId = 'first-party') => {
    const metadata = await metadataOf({ ...none, resource })()
    return asSetUp(payload, { ...metadata, clientId } as unknown as Client)
  }
  const of = (kind: string, more: AdapterPayload = {}): AdapterPayload => ({
    ...{ kind, clientId: 'first-party', accountId: 'ada' },
    ...more,
  })
  const OLD = 'https://old.example'

  it('is for what is set now, whatever it was for', async () => {
    for (const kind of ['AuthorizationCode', 'RefreshToken']) {
      const scope = 'openid profile email orders:read orders:write'
      expect(await shown(of(kind, { resource: OLD, scope: 'old' }), ORDERS.identifier)).toEqual(
        of(kind, { resource: ORDERS.identifier, scope }),
      )
      expect(await shown(of(kind, { resource: OLD, scope: 'old' }))).toEqual(
        of(kind, { scope: 'openid profile email' }),
      )
    }
    const openid = { scope: 'openid profile email' }
    expect(await shown(of('Grant', { resources: { [OLD]: 'old' } }), ORDERS.identifier)).toEqual(
      of('Grant', { openid, resources: { [ORDERS.identifier]: 'orders:read orders:write' } }),
    )
    expect(await shown(of('Grant', { resources: { [OLD]: 'old' } }))).toEqual(of('Grant', { openid }))
  })

  it('stays as it is where it was issued, or is another client’s', async () => {
    const token = of('AccessToken', { aud: OLD, scope: 'old' })
    expect(await shown(token, ORDERS.identifier)).toBe(token)
    const foreign = of('RefreshToken', { clientId: 'portal', resource: OLD })
    expect(await shown(foreign, ORDERS.identifier)).toBe(foreign)
    const own = of('RefreshToken', { resource: OLD })
    expect(await shown(own, ORDERS.identifier, 'portal')).toBe(own)
    expect(asSetUp(own, undefined)).toBe(own)
  })
})
