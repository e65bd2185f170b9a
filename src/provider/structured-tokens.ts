/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of JWT access tokens, which the library answers by
 * `unsupported_token_type`. They are not stored; what ends one before its time is the end of its grant, whose id its
 * `jti` carries, or a mark of its own.
 */
import type { AdapterPayload, Client, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import type { AccessTokenClaims, ReadAccessToken } from '../keys/access-tokens.ts'
import type { Clock } from '../shared/clock.ts'
import { madeIn } from './customize-jwt.ts'
import type { Epochs } from './epochs.ts'
import type { Handles } from './handles.ts'
import type { Lives } from './living.ts'
import { orUnavailable } from './unavailable.ts'

export interface FindStructuredUse {
  store: StateStore
  handles: Handles
  epochs: Epochs
  findClient: (clientId: string) => Promise<{ disabled: boolean } | undefined>
  lives: Lives
  readAccessToken: ReadAccessToken
}

export interface StructuredTokensUse extends FindStructuredUse {
  clock: Clock
  tell: Tell
  /** Whether this client may look into that token. */
  mayIntrospect: (
    client: Client,
    token: { clientId: string; accountId?: string; aud: string },
  ) => Promise<boolean>
}

const REVOKED = 'RevokedAccessToken'

export function answerForStructuredTokens(provider: Provider, use: StructuredTokensUse): void {
  provider.use(async (ctx, next) => {
    await next()
    const { oidc } = ctx as KoaContextWithOIDC
    if (oidc?.client === undefined || ctx.status !== 400) return
    if ((ctx.body as { error?: unknown }).error !== 'unsupported_token_type') return
    const claims = await use.readAccessToken(String(oidc.params?.['token']))
    if (oidc.route === 'introspection') {
      ctx.status = 200
      ctx.body = claims === undefined ? INACTIVE : await introspect(use, oidc.client, claims)
    } else {
      if (claims?.client_id === oidc.client.clientId) await revoke(use, ctx as KoaContextWithOIDC, claims)
      ctx.status = 200
      ctx.body = ''
    }
  })
}

const INACTIVE = { active: false }

/** A token of a person names somebody else than its client. */
const accountOf = ({ sub, client_id: client }: AccessTokenClaims): string | undefined =>
  sub === client ? undefined : sub

async function introspect(
  use: StructuredTokensUse,
  client: Client,
  claims: AccessTokenClaims,
): Promise<Record<string, unknown>> {
  const account = accountOf(claims)
  const token = { clientId: claims.client_id, aud: claims.aud, ...(account && { accountId: account }) }
  if (!(await use.mayIntrospect(client, token)) || !(await isAlive(use, claims))) return INACTIVE
  const type = claims.cnf?.jkt === undefined ? 'Bearer' : 'DPoP'
  return { ...claims, active: true, token_type: type }
}

/** A living access token of a person in the library's terms, as if it were stored. */
export function createFindStructured(use: FindStructuredUse) {
  return async (token: string): Promise<AdapterPayload | undefined> => {
    const claims = await use.readAccessToken(token)
    const accountId = claims && accountOf(claims)
    if (claims === undefined || accountId === undefined || !(await isAlive(use, claims))) return undefined
    const { jti, client_id: clientId, aud, iat, exp, scope, cnf } = claims
    const grantId = use.handles.grantIdIn(jti)
    return {
      ...{ kind: 'AccessToken', jti, clientId, accountId, aud, iat, exp },
      ...(grantId !== undefined && { grantId }),
      ...(scope !== undefined && { scope }),
      ...(cnf?.jkt !== undefined && { jkt: cnf.jkt }),
    }
  }
}

async function isAlive(use: FindStructuredUse, claims: AccessTokenClaims): Promise<boolean> {
  const { store, handles, lives } = use
  if (await orUnavailable(isRevoked(use, claims.jti))) return false
  if (accountOf(claims) === undefined) return orUnavailable(isCurrentOfClient(use, claims))
  const grantId = handles.grantIdIn(claims.jti)
  if (grantId === undefined) return false
  const read = await orUnavailable(handles.findGrant(grantId, (key) => store.grants.read(key)))
  return read !== undefined && orUnavailable(lives(read.grantKey, read.found))
}

async function isRevoked(
  { store, handles }: Pick<FindStructuredUse, 'store' | 'handles'>,
  jti: string,
): Promise<boolean> {
  const mark = await handles.find((under) => store.artifacts.get(REVOKED, under.key(REVOKED, jti)))
  return mark !== undefined
}

async function isCurrentOfClient(
  { findClient, epochs }: FindStructuredUse,
  { client_id: client, jti }: AccessTokenClaims,
): Promise<boolean> {
  const known = await findClient(client)
  return known !== undefined && !known.disabled && epochs.isCurrent({ client }, madeIn(jti), [])
}

async function revoke(
  use: StructuredTokensUse,
  ctx: KoaContextWithOIDC,
  claims: AccessTokenClaims,
): Promise<void> {
  const { store, handles, clock, tell } = use
  const { jti, client_id: client, exp } = claims
  const expiresIn = exp * 1000 - clock.now()
  if (expiresIn <= 0 || (await orUnavailable(isRevoked(use, jti)))) return
  const actor = `client:${client}`
  const event = tell(ctx, { type: 'token.revoked', actor, client, subject: accountOf(claims) })
  const key = handles.inUse().key(REVOKED, jti)
  await orUnavailable(store.artifacts.put(REVOKED, key, { payload: {}, expiresIn }, event))
}
