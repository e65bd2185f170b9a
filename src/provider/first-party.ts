/**
 * The built-in client of the first-party API and what it may do: sign a person in without a browser flow, refresh, and
 * end the session. Every request for this client from outside is `invalid_client`.
 */
import type { IncomingMessage } from 'node:http'
import type { AdapterPayload, Provider } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import type { RevokeAccess } from '../sessions/revoke-access.ts'
import type { SessionsRepository } from '../sessions/sessions-repository.ts'
import { StoreAway } from '../shared/app-error.ts'
import { newSecret } from '../shared/ids.ts'
import { ACR_1FA } from './claims.ts'
import type { Epochs } from './epochs.ts'
import type { Handles, Pepper } from './handles.ts'
import type { InsideAnswer, InsideRequests } from './inside-requests.ts'
import type { RefreshTokenFormat } from './refresh-token.ts'
import type { Verdict } from './rotation.ts'
import { ROUTES } from './routes.ts'

export const FIRST_PARTY = 'first-party'
const SCOPE = 'openid profile email'
/** Never visited: the library wants one of every client that redeems codes. */
const NOWHERE = 'https://first-party.invalid/'
const CODE_LIFE = 10_000

export const FIRST_PARTY_METADATA: AdapterPayload = {
  client_id: FIRST_PARTY,
  redirect_uris: [NOWHERE],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
  scope: SCOPE,
}

export interface FirstPartyTokens {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  refresh_token: string
}

export type FirstPartyAnswer = { nonce?: string } & (
  | { ok: true; tokens: FirstPartyTokens }
  /** `error`: the protocol's word; `verdict`: the rule's, where it spoke. */
  | { ok: false; status: number; error: string; verdict?: Verdict }
)

/** Proven by a password at `authTime` (epoch seconds), on a device of the person's. */
export interface FirstPartySignIn {
  sub: string
  authTime: number
  device: string
}

export interface FirstParty {
  /** What is wrong with the DPoP proof that came with the request, before anything is done; undefined for nothing. */
  judgeProof(outer: IncomingMessage): Promise<FirstPartyAnswer | undefined>
  /** A new session of this person. */
  signIn(outer: IncomingMessage, signIn: FirstPartySignIn): Promise<FirstPartyAnswer>
  refresh(outer: IncomingMessage, refreshToken: string): Promise<FirstPartyAnswer>
  /** The family that an authentic refresh token names. */
  familyOf(refreshToken: string): string | undefined
  /** By any authentic refresh token of the session, the one before last included. False for every other value. */
  endByRefreshToken(outer: IncomingMessage, refreshToken: string): Promise<boolean>
  /** By a living access token of the session, with a proof where it is bound to a key. `authorization`: the header. */
  endByAccessToken(outer: IncomingMessage, authorization: string): Promise<boolean>
}

export interface FirstPartyUse {
  provider: Provider
  store: StateStore
  handles: Handles
  refreshTokens: RefreshTokenFormat
  inside: InsideRequests
  epochs: Epochs
  access: RevokeAccess
  sessions: Pick<SessionsRepository, 'begin'>
  refreshFamilyExp: number
  tell: Tell
}

export function createFirstParty(use: FirstPartyUse): FirstParty {
  const { handles, refreshTokens } = use
  return {
    judgeProof: async (outer) => {
      // No grant is looked for under such a code, but the proof is looked at first.
      const form = { grant_type: 'authorization_code', code: 'none', redirect_uri: NOWHERE }
      const answer = await ask(use, outer, form)
      return !answer.ok && answer.error !== 'invalid_grant' ? answer : undefined
    },
    signIn: async (outer, signIn) => {
      const code = await createCode(use, signIn)
      return ask(use, outer, { grant_type: 'authorization_code', code, redirect_uri: NOWHERE })
    },
    refresh: (outer, refreshToken) =>
      ask(use, outer, { grant_type: 'refresh_token', refresh_token: refreshToken }),
    familyOf: (value) => refreshTokens.decode(value)?.family,
    endByRefreshToken: async (outer, value) => {
      const token = refreshTokens.decode(value)
      if (token === undefined) return false
      return endFamily(use, outer, token.family)
    },
    endByAccessToken: async (outer, authorization) => {
      const { provider, inside } = use
      const grantId = handles.grantIdIn(authorization.split(' ')[1] ?? '')
      if (grantId === undefined) return false
      const { status } = await inside.ask(provider, outer, ROUTES.userinfo, { authorization })
      if (status === 503) throw new StoreAway('redis')
      if (status !== 200) return false
      return endFamily(use, outer, grantId)
    },
  }
}

/** The authorization that a browser flow would have left behind. */
async function createCode(
  { store, handles, epochs, sessions, refreshFamilyExp }: FirstPartyUse,
  { sub, authTime, device }: FirstPartySignIn,
): Promise<string> {
  const grantId = handles.newGrantId()
  const code = handles.newValueOf(grantId)
  const under = handles.inUse()
  const owner = { account: sub, device, organization: '' }
  const made = await epochs.now({ account: sub })
  const session = newSecret()
  await sessions.begin({ ...owner, id: session, kind: 'first_party', expiresIn: refreshFamilyExp })
  await store.grants.create(under.grantKey(grantId), {
    ...owner,
    client: FIRST_PARTY,
    session,
    content: { openid: { scope: SCOPE }, rejected: {}, epochs: made },
    code: {
      key: under.key('AuthorizationCode', code),
      payload: {
        sid: newSecret(16),
        acr: ACR_1FA,
        amr: ['pwd'],
        authTime,
        redirectUri: NOWHERE,
        scope: SCOPE,
      },
      expiresIn: CODE_LIFE,
    },
  })
  return code
}

async function ask(
  { provider, inside }: FirstPartyUse,
  outer: IncomingMessage,
  form: Record<string, string>,
): Promise<FirstPartyAnswer> {
  const answer = await inside.ask(provider, outer, ROUTES.token, {
    form: { ...form, client_id: FIRST_PARTY },
  })
  const { status, body, verdict, nonce } = answer
  const next = nonce === undefined ? {} : { nonce }
  if (status === 200) return { ok: true, tokens: tokensIn(answer), ...next }
  const said = verdict === undefined ? {} : { verdict }
  return { ok: false, status, error: String(body['error']), ...said, ...next }
}

const tokensIn = ({ body }: InsideAnswer): FirstPartyTokens => ({
  access_token: String(body['access_token']),
  token_type: String(body['token_type']),
  expires_in: Number(body['expires_in']),
  scope: String(body['scope']),
  refresh_token: String(body['refresh_token']),
})

async function endFamily(use: FirstPartyUse, outer: IncomingMessage, grantId: string): Promise<boolean> {
  const end = async (under: Pepper) => (await endGrant(use, outer, under.grantKey(grantId))) || undefined
  return (await use.handles.find(end)) !== undefined
}

/** The whole session of a first-party grant: its families and tokens. */
async function endGrant(
  { store, access, tell }: FirstPartyUse,
  outer: IncomingMessage,
  grantKey: string,
): Promise<boolean> {
  const grant = await store.grants.read(grantKey)
  if (grant?.client !== FIRST_PARTY) return false
  const { account, client, session } = grant
  const about = { subject: account, actor: `user:${account}`, client, session }
  const event = tell({ req: outer }, { type: 'session.ended', ...about })
  await access.revoke({ kind: 'session', value: session, account }, event)
  return true
}
