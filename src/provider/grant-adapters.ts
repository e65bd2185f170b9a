/**
 * The library's models that belong to a grant, mapped to the one record that the store keeps for it: the grant itself,
 * its code, its refresh-token family, its opaque access tokens. Each find is one trip and answers the `Grant.find`
 * that follows it; what the library writes at the token endpoint waits for the commit.
 */
import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, GrantStore, StoredEvent } from '../../adapters/contract.ts'
import type { Clock } from '../shared/clock.ts'
import type { Endings } from './endings.ts'
import type { Epochs } from './epochs.ts'
import type { Handles } from './handles.ts'
import type { Lives } from './living.ts'
import { ONLY_CHALLENGE_METHOD } from './pkce.ts'
import type { PresentedToken } from './refresh-commit.ts'
import type { RefreshTokenFormat } from './refresh-token.ts'
import { isAnswered, type Verdict } from './rotation.ts'
import type { SignOns } from './sign-ons.ts'
import { besideCode, fromStored, toStored, withCode, withoutEmpty } from './stored-payload.ts'
import type { TokenRequests } from './token-request.ts'

export interface GrantAdaptersUse {
  store: GrantStore
  handles: Handles
  refreshTokens: RefreshTokenFormat
  requests: TokenRequests
  endings: Endings
  clock: Clock
  /** The request that the library is working on; undefined outside of its routes. */
  ctx: () => KoaContextWithOIDC | undefined
  epochs: Epochs
  signOns: SignOns
  lives: Lives
  verdictOn: (grant: Grant, number: number) => Verdict
  /** A family, or what a code brought, is ended by its client: said where it is never forgotten. */
  onEnd: (grantKey: string, grant: Grant, event: StoredEvent) => Promise<unknown>
  /** A verdict of the rule at the token endpoint that refuses, found before any other check. */
  refused: (ctx: KoaContextWithOIDC, presented: PresentedToken) => Promise<void>
}

type Methods = Pick<Adapter, 'upsert' | 'find' | 'consume' | 'destroy'>

export type GrantModel = 'Grant' | 'AuthorizationCode' | 'AccessToken' | 'RefreshToken'

export const grantAdapters: Record<GrantModel, (use: GrantAdaptersUse) => Partial<Methods>> = {
  Grant: grantAdapter,
  AuthorizationCode: codeAdapter,
  AccessToken: accessTokenAdapter,
  RefreshToken: refreshTokenAdapter,
}

/** `exp` and `iat` by the node's clock, from what the store says is left: nodes' clocks need not agree with it. */
function times(clock: Clock, expiresIn: number): { exp: number; iat: number } {
  const now = Math.floor(clock.now() / 1000)
  return { exp: now + Math.ceil(expiresIn / 1000), iat: now }
}

async function revoke(use: GrantAdaptersUse, grantId: string): Promise<void> {
  const { store, handles } = use
  const event = use.endings.of(use.ctx())
  const read = await handles.findGrant(grantId, (key) => store.read(key))
  if (read === undefined) return
  await use.onEnd(read.grantKey, read.found, event)
  await store.revoke(read.grantKey, event)
}

function grantAdapter(use: GrantAdaptersUse): Partial<Methods> {
  const { store, handles, requests, clock, ctx, lives } = use
  const payload = (grantId: string, grant: Grant): AdapterPayload => ({
    ...fromStored(grant.content, grantId, grant),
    ...times(clock, grant.expiresIn),
    jti: grantId,
    kind: 'Grant',
  })
  return {
    // Nobody saves a grant alone: it is written with its code.
    upsert: async () => {
      throw new Error('a grant is stored with its authorization code')
    },
    find: async (grantId) => {
      const request = requests.of(ctx())
      if (request?.grantId === grantId) return payload(grantId, request.grant)
      const read = await handles.findGrant(grantId, (key) => store.read(key))
      if (read === undefined || !(await lives(read.grantKey, read.found))) return undefined
      return payload(grantId, read.found)
    },
    destroy: (grantId) => revoke(use, grantId),
  }
}

function codeAdapter(use: GrantAdaptersUse): Partial<Methods> {
  const { store, handles, requests, clock, ctx, epochs, signOns, lives } = use
  return {
    upsert: async (code, payload, expiresIn = 0) => {
      const { grantId, accountId, clientId, sessionUid } = payload
      const grant = ctx()?.oidc.entities.Grant
      if (!grantId || !accountId || !clientId || !grant || grant.jti !== grantId) {
        throw new Error('an authorization code without its grant')
      }
      const { openid, resources, rejected } = grant
      const under = handles.inUse()
      const { device, organization } = signOns.of(ctx())
      const owner = { account: accountId, client: clientId }
      await store.create(under.grantKey(grantId), {
        ...owner,
        session: sessionUid ?? '',
        device,
        organization,
        content: {
          ...withoutEmpty({ openid: withoutEmpty({ ...openid }), resources, rejected }),
          epochs: await epochs.now({ ...owner, organization: organization || undefined }),
        },
        code: {
          key: under.key('AuthorizationCode', code),
          payload: toStored({ ...payload, codeChallengeMethod: undefined }),
          expiresIn: expiresIn * 1000,
        },
      })
    },
    find: async (value) => {
      const grantId = handles.grantIdIn(value)
      if (grantId === undefined) return undefined
      const read = await handles.findGrant(grantId, (key) => store.read(key))
      if (read === undefined) return undefined
      const { under, grantKey, found: grant } = read
      if (!(await lives(grantKey, grant))) return undefined
      const codeKey = under.key('AuthorizationCode', value)
      if (grant.code?.key !== codeKey) return undefined
      const { consumedFor, payload, expiresIn } = grant.code
      // Made in another run of the store, which may have forgotten its redemption.
      if (consumedFor === undefined && grant.writtenIn !== grant.run) return undefined
      requests.remember(ctx(), {
        grantId,
        grantKey,
        under,
        grant,
        source: { kind: 'code', codeKey },
        proven: false,
        ...(consumedFor === undefined ? {} : { replayedAfter: consumedFor }),
      })
      // A replayed code is shown as a fresh one: who sent it, and with what proof, decides what follows.
      const shown = consumedFor === undefined ? expiresIn : Math.max(expiresIn, 1000)
      return {
        ...fromStored(payload, grantId, grant),
        ...(payload['codeChallenge'] !== undefined && { codeChallengeMethod: ONLY_CHALLENGE_METHOD }),
        ...times(clock, shown),
        jti: value,
        kind: 'AuthorizationCode',
      }
    },
    consume: async () => {
      const request = requests.of(ctx())
      if (request === undefined) throw new Error('a code is redeemed at the token endpoint only')
      request.proven = true
      if (request.replayedAfter !== undefined) throw new errors.InvalidGrant('code was redeemed before')
    },
    destroy: async (value) => {
      const grantId = handles.grantIdIn(value)
      if (grantId !== undefined) await revoke(use, grantId)
    },
  }
}

function accessTokenAdapter({
  store,
  handles,
  requests,
  endings,
  clock,
  ctx,
  lives,
}: GrantAdaptersUse): Partial<Methods> {
  return {
    upsert: async (value, payload, expiresIn = 0) => {
      const request = requests.of(ctx())
      if (request === undefined) throw new Error('an access token is issued at the token endpoint only')
      request.token = {
        key: request.under.key('AccessToken', value),
        payload: { ...toStored(payload), iat: payload.iat },
        expiresIn: expiresIn * 1000,
      }
    },
    find: async (value) => {
      const grantId = handles.grantIdIn(value)
      if (grantId === undefined) return undefined
      const read = await handles.findGrant(grantId, (grantKey, under) =>
        store.readToken(grantKey, under.key('AccessToken', value)),
      )
      if (read === undefined) return undefined
      const { under, grantKey, found } = read
      if (!(await lives(grantKey, found.grant))) return undefined
      requests.remember(ctx(), {
        grantId,
        grantKey,
        under,
        grant: found.grant,
        source: { kind: 'access' },
        proven: false,
      })
      const { exp } = times(clock, found.token.expiresIn)
      return {
        ...fromStored(found.token.payload, grantId, found.grant),
        exp,
        jti: value,
        kind: 'AccessToken',
      }
    },
    destroy: async (value) => {
      const grantId = handles.grantIdIn(value)
      if (grantId === undefined) return
      const event = endings.ofToken(ctx())
      for (const under of handles.peppers())
        await store.dropToken(under.grantKey(grantId), under.key('AccessToken', value), event)
    },
  }
}

function refreshTokenAdapter(use: GrantAdaptersUse): Partial<Methods> {
  const { store, handles, refreshTokens, requests, clock, ctx, lives, verdictOn, refused } = use
  return {
    upsert: async (_value, payload, expiresIn = 0) => {
      const request = requests.of(ctx())
      if (request === undefined) throw new Error('a refresh token is issued at the token endpoint only')
      const own = besideCode(toStored(payload), request.grant.code?.payload ?? {})
      request.family = { payload: own, expiresIn: expiresIn * 1000 }
    },
    find: async (value) => {
      const presented = refreshTokens.decode(value)
      if (presented === undefined) return undefined
      const { family: grantId, number } = presented
      const read = await handles.findGrant(grantId, (key) => store.read(key))
      if (read?.found.family === undefined) return undefined
      const { under, grantKey, found: grant } = read
      const { family } = read.found
      if (!(await lives(grantKey, grant))) return undefined
      const shown = (): AdapterPayload => ({
        ...fromStored(withCode(family.payload, grant.code?.payload ?? {}), grantId, grant),
        ...times(clock, family.currentExpiresIn),
        rotations: number,
        jti: value,
        kind: 'RefreshToken',
      })
      const remember = (): void =>
        requests.remember(ctx(), {
          grantId,
          grantKey,
          under,
          grant,
          source: { kind: 'refresh', number },
          proven: false,
        })
      const verdict = verdictOn(grant, number)
      const at = ctx()
      // Who signs out with the token before last means it: any authentic number ends its family.
      if (at?.oidc.route === 'revocation') {
        remember()
        return { ...shown(), exp: times(clock, family.endsIn).exp }
      }
      if (at?.oidc.route !== 'token') {
        if (verdict !== 'rotate') return undefined
        remember()
        return shown()
      }
      if (!isAnswered(verdict)) {
        await refused(at, { grantId, grantKey, under, grant, number })
        return undefined
      }
      remember()
      return shown()
    },
    // The library's order of things; the store is told at the commit.
    consume: async () => undefined,
    destroy: async (value) => {
      const presented = refreshTokens.decode(value)
      if (presented !== undefined) await revoke(use, presented.family)
    },
  }
}
