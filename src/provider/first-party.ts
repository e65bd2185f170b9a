/**
 * The built-in client of the first-party API and what it may do: sign a person in without a browser flow, refresh, and
 * end the session. Every request for this client from outside is `invalid_client`.
 */
import type { IncomingMessage } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import { FIRST_PARTY } from '../clients/client.ts'
import type { RevokeAccess } from '../sessions/revoke-access.ts'
import type { SessionsRepository } from '../sessions/sessions-repository.ts'
import { newSecret } from '../shared/ids.ts'
import type { Epochs } from './epochs.ts'
import { type FirstPartyMetadata, firstPartyGrant, firstPartyScope, NOWHERE } from './first-party-client.ts'
import type { Handles, Pepper } from './handles.ts'
import type { InsideAnswer, InsideRequests, Refusal } from './inside-requests.ts'
import type { RefreshTokenFormat } from './refresh-token.ts'
import { HELD_ACCESS_TOKEN, ROUTES } from './routes.ts'
import { type RefreshLives, refreshLivesOf } from './ttl.ts'

const CODE_LIFE = 10_000

export interface FirstPartyTokens {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  refresh_token: string
  /** The refresh token's life, in seconds. */
  refresh_token_expires_in: number
}

/** `error`: the protocol's word; `verdict`: the rule's, where it spoke, or the risk policy's. */
type Refused = { ok: false; status: number; error: string; verdict?: Refusal; account?: string }
/** `nonce`: for the caller's next proof. */
export type FirstPartyAnswer = { nonce?: string } & ({ ok: true; tokens: FirstPartyTokens } | Refused)
export type FirstPartyEnd = { nonce?: string } & ({ ok: true } | Refused)

/** Proven at `authTime` (epoch seconds), on a device of the person's. */
export interface FirstPartySignIn {
  sub: string
  authTime: number
  acr: string
  amr: string[]
  device: string
}

export interface FirstParty {
  /** What is wrong with the DPoP proof that came with the request, before anything is done; undefined for nothing. */
  judgeProof(outer: IncomingMessage): Promise<FirstPartyAnswer | undefined>
  /** A new session of this person. */
  signIn(outer: IncomingMessage, signIn: FirstPartySignIn): Promise<FirstPartyAnswer>
  /** `isProven`: its person has just proven who they are, because this token was odd (`step_up`). */
  refresh(outer: IncomingMessage, refreshToken: string, isProven?: boolean): Promise<FirstPartyAnswer>
  /** The family that an authentic refresh token names. */
  familyOf(refreshToken: string): string | undefined
  /** By any authentic refresh token of the session, the one before last included. False for every other value. */
  endByRefreshToken(outer: IncomingMessage, refreshToken: string): Promise<boolean>
  /**
   * By a living access token of the session, with a proof where it is bound to a key. `authorization`: the header.
   * `everywhere`: all that its person has, at every client.
   */
  endByAccessToken(outer: IncomingMessage, authorization: string, everywhere: boolean): Promise<FirstPartyEnd>
}

export interface FirstPartyUse extends RefreshLives {
  provider: Provider
  store: StateStore
  handles: Handles
  refreshTokens: RefreshTokenFormat
  inside: InsideRequests
  epochs: Epochs
  access: RevokeAccess
  sessions: Pick<SessionsRepository, 'begin'>
  metadata: () => Promise<FirstPartyMetadata>
  tell: Tell
}

export function createFirstParty(use: FirstPartyUse): FirstParty {
  const { provider, inside, refreshTokens } = use
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
    refresh: (outer, refreshToken, isProven) =>
      ask(use, outer, { grant_type: 'refresh_token', refresh_token: refreshToken }, isProven),
    familyOf: (value) => refreshTokens.decode(value)?.family,
    endByRefreshToken: async (outer, value) => {
      const token = refreshTokens.decode(value)
      if (token === undefined) return false
      return endFamily(use, outer, token.family, false)
    },
    endByAccessToken: async (outer, authorization, everywhere) => {
      const answer = await inside.ask(provider, outer, HELD_ACCESS_TOKEN, { authorization })
      if (answer.status !== 200) return refusedBy(answer)
      const ended = await endFamily(use, outer, String(answer.body['grant']), everywhere)
      return ended ? { ok: true } : { ok: false, status: 401, error: 'invalid_token' }
    },
  }
}

/** The authorization that a browser flow would have left behind. */
async function createCode(use: FirstPartyUse, signIn: FirstPartySignIn): Promise<string> {
  const { sub, authTime, acr, amr, device } = signIn
  const { store, handles, epochs, sessions } = use
  const metadata = await use.metadata()
  const grantId = handles.newGrantId()
  const code = handles.newValueOf(grantId)
  const under = handles.inUse()
  const owner = { account: sub, device, organization: '' }
  const made = await epochs.now({ account: sub, client: FIRST_PARTY })
  const session = newSecret()
  const { refreshFamilyExp: expiresIn } = refreshLivesOf(use, metadata)
  await sessions.begin({ ...owner, id: session, kind: 'first_party', expiresIn })
  await store.grants.create(under.grantKey(grantId), {
    ...owner,
    client: FIRST_PARTY,
    session,
    content: { ...firstPartyGrant(metadata), rejected: {}, epochs: made },
    code: {
      key: under.key('AuthorizationCode', code),
      payload: {
        ...{ acr, amr, authTime },
        redirectUri: NOWHERE,
        ...firstPartyScope(metadata),
        sid: newSecret(16),
      },
      expiresIn: CODE_LIFE,
    },
  })
  return code
}

async function ask(
  use: FirstPartyUse,
  outer: IncomingMessage,
  form: Record<string, string>,
  isProven = false,
): Promise<FirstPartyAnswer> {
  const { provider, inside } = use
  const lives = refreshLivesOf(use, await use.metadata())
  const answer = await inside.ask(provider, outer, ROUTES.token, {
    form: { ...form, client_id: FIRST_PARTY },
    isProven,
  })
  if (answer.status !== 200) return refusedBy(answer)
  const { nonce } = answer
  return { ok: true, tokens: tokensIn(answer, lives), ...(nonce === undefined ? {} : { nonce }) }
}

function refusedBy({ status, body, verdict, account, nonce }: InsideAnswer): Refused & { nonce?: string } {
  return {
    ok: false,
    status,
    error: String(body['error']),
    ...(verdict === undefined ? {} : { verdict }),
    ...(account === undefined ? {} : { account }),
    ...(nonce === undefined ? {} : { nonce }),
  }
}

const tokensIn = (
  { body }: InsideAnswer,
  { refreshTokenExp, refreshFamilyExp }: RefreshLives,
): FirstPartyTokens => ({
  access_token: String(body['access_token']),
  token_type: String(body['token_type']),
  expires_in: Number(body['expires_in']),
  scope: String(body['scope']),
  refresh_token: String(body['refresh_token']),
  refresh_token_expires_in: Math.floor(Math.min(refreshTokenExp, refreshFamilyExp) / 1000),
})

async function endFamily(
  use: FirstPartyUse,
  outer: IncomingMessage,
  grantId: string,
  everywhere: boolean,
): Promise<boolean> {
  const end = async (under: Pepper) =>
    (await endGrant(use, outer, under.grantKey(grantId), everywhere)) || undefined
  return (await use.handles.find(end)) !== undefined
}

/** The whole session of a first-party grant: its families and tokens; or all that its person has. */
async function endGrant(
  { store, access, tell }: FirstPartyUse,
  outer: IncomingMessage,
  grantKey: string,
  everywhere: boolean,
): Promise<boolean> {
  const grant = await store.grants.read(grantKey)
  if (grant?.client !== FIRST_PARTY) return false
  const { account, client, session } = grant
  const about = { subject: account, actor: `user:${account}`, client, session }
  if (everywhere)
    await access.revoke(
      { kind: 'account', value: account },
      tell({ req: outer }, { type: 'user.tokens_revoked', ...about }),
    )
  else
    await access.revoke(
      { kind: 'session', value: session, account },
      tell({ req: outer }, { type: 'session.ended', ...about }),
    )
  return true
}
