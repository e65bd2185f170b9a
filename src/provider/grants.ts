import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { Consent } from '../consents/consents-repository.ts'
import type { Handles } from './handles.ts'
import { splitScope } from './scopes.ts'
import { orUnavailable } from './unavailable.ts'

export interface GrantsUse {
  findConsent: (sub: string, clientId: string) => Promise<Consent>
  handles: Handles
}

/**
 * Every authorization gets a grant of its own, made from what the person has allowed this client so far. It is stored
 * together with its code, and whatever comes of the code ends with it.
 */
export function createLoadGrant({ findConsent, handles }: GrantsUse) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { account, client, provider } = ctx.oidc
    if (account === undefined || client === undefined) return undefined
    const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
    grant.jti = handles.newGrantId()
    if (client['first_party'] === true) allowEverythingAsked(ctx, grant)
    else addConsent(grant, await orUnavailable(findConsent(account.accountId, client.clientId)))
    return grant
  }
}

function addConsent(grant: Grant, consent: Consent): void {
  if (consent.scopes.length > 0) grant.addOIDCScope(consent.scopes.join(' '))
  if (consent.claims.length > 0) grant.addOIDCClaims(consent.claims)
  for (const [identifier, scopes] of Object.entries(consent.resources)) {
    if (scopes.length > 0) grant.addResourceScope(identifier, scopes.join(' '))
  }
}

/** The operator's own application: nobody is asked, so what it asks for is what it gets. */
function allowEverythingAsked(ctx: KoaContextWithOIDC, grant: Grant): void {
  const { oidc } = ctx
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '))
  grant.addOIDCClaims([...oidc.requestParamClaims])
  for (const [identifier, server] of Object.entries(oidc.resourceServers ?? {})) {
    const scopes = [...oidc.requestParamScopes].filter((scope) => splitScope(server.scope).includes(scope))
    if (scopes.length > 0) grant.addResourceScope(identifier, scopes.join(' '))
  }
}
