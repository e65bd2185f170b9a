/**
 * The browser's sign-on session, for pages of our own: read as the library reads it, by the cookie alone, and ended as
 * its sign-out ends it. What ends a session anywhere ends it here: it is asked for at every request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Artifact, ArtifactStore, GrantStore, JsonObject } from '../../adapters/contract.ts'
import type { Account } from '../accounts/account.ts'
import type { Tell } from '../audit/request-events.ts'
import type { DataKeys } from '../keys/data-keys.ts'
import { createCookieSignatures } from '../security/cookie-signatures.ts'
import { readCookie, setCookie } from '../security/cookies.ts'
import { reaches } from '../security/sign-in-policy/levels.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import type { RevokeAccess } from '../sessions/revoke-access.ts'
import type { SessionsRepository } from '../sessions/sessions-repository.ts'
import type { Clock } from '../shared/clock.ts'
import { newSecret } from '../shared/ids.ts'
import { acrOf, amrOf, levelOf, type Proof } from '../sign-in/assurance.ts'
import { cookieNames } from './cookies.ts'
import { type Epochs, isCurrentRecord, ownerOfRecord } from './epochs.ts'
import type { Found, Handles } from './handles.ts'
import { levelUnder } from './level-under.ts'
import { CLEAR_SITE_DATA, endSignOn } from './logout.ts'
import { signOnIn, writeSignOn } from './sign-ons.ts'

export interface BrowserSession {
  /** Public: it opens nothing. The same as long as one person stays signed in, however often they prove it anew. */
  id: string
  sub: string
  /** Epoch seconds of the last proof of who it is. */
  authTime: number
  acr: string | undefined
  amr: readonly string[]
  /** Empty where there is none. */
  device: string
}

interface Exchange {
  req: IncomingMessage
  res: ServerResponse
}

export interface BrowserSessions {
  /** Undefined where nobody is signed in, or no longer. A visit that is one lengthens the session's life. */
  of(exchange: Exchange): Promise<BrowserSession | undefined>
  /**
   * After all that a person had was ended: this browser alone stays signed in, in a session of its own, with another
   * value. It is no younger than the one before, and nothing of any client comes along.
   */
  beginAnew(exchange: Exchange, session: BrowserSession): Promise<void>
  /** A sign-out: what was meant to outlive one stays. Takes the cookie and what is kept of our pages from the browser. */
  end(exchange: Exchange, session: BrowserSession): Promise<void>
  /**
   * Somebody has proven more while they were signed in, by something that was just enrolled: the session says so from now
   * on, and is as old as it was.
   */
  prove(exchange: Exchange, session: BrowserSession, proof: Proof): Promise<void>
}

export interface BrowserSessionsUse {
  issuer: string
  keys: Pick<DataKeys, 'living'>
  handles: Handles
  store: { artifacts: ArtifactStore; grants: GrantStore }
  epochs: Epochs
  findAccount: (sub: string) => Promise<Account | undefined>
  access: Pick<RevokeAccess, 'acknowledge'>
  sessions: Pick<SessionsRepository, 'begin'>
  tell: Tell
  /** The server's own. */
  findSignInPolicy: () => Promise<SignInPolicy>
  clock: Clock
  /** Ms, like the next. */
  sessionExp: number
  sessionMaxExp: number
}

export function createBrowserSessions(use: BrowserSessionsUse): BrowserSessions {
  const { issuer, handles, store, clock } = use
  const name = cookieNames(issuer).session
  const signatures = createCookieSignatures(() => use.keys.living('cookie'))
  const cookie = { path: '/', httpOnly: true, secure: issuer.startsWith('https:'), sameSite: 'Lax' } as const

  const valueIn = ({ req }: Exchange): string | undefined => {
    const [value, signature] = [name, `${name}.sig`].map((one) => readCookie(req.headers.cookie, one))
    if (value === undefined || signature === undefined) return undefined
    return signatures.verify(`${name}=${value}`, signature) ? value : undefined
  }
  /** `maxAge`: seconds; undefined: until the browser closes. */
  const keep = ({ res }: Exchange, value: string, maxAge: number | undefined): void => {
    const attributes = { ...cookie, ...(maxAge !== undefined && { maxAge }) }
    setCookie(res, name, value, attributes)
    setCookie(res, `${name}.sig`, signatures.sign(`${name}=${value}`), attributes)
  }
  const find = (value: string): Promise<Found<Artifact> | undefined> =>
    handles.find((under) => store.artifacts.get('Session', under.key('Session', value)))

  /** As the library does at each authorization request; not at every visit, as each is a write. */
  const lengthen = async (
    exchange: Exchange,
    value: string,
    { under, found: { payload, expiresIn } }: Found<Artifact>,
    { id, sub, authTime }: BrowserSession,
  ): Promise<void> => {
    const full = Math.min(use.sessionExp, use.sessionMaxExp - (clock.now() - authTime * 1000))
    if (full - expiresIn < use.sessionExp * WORTH_A_WRITE) return
    const place = { alias: under.key('Session uid', id), account: sub }
    const longer = { payload, expiresIn: full, ...place }
    const outcome = await store.artifacts.replace('Session', under.key('Session', value), longer, payload)
    if (outcome === 'replaced' && payload['transient'] !== true)
      keep(exchange, value, Math.floor(full / 1000))
  }

  return {
    of: async (exchange) => {
      const value = valueIn(exchange)
      const read = value === undefined ? undefined : await find(value)
      if (value === undefined || read === undefined) return undefined
      const session = toSession(read.found.payload)
      if (session === undefined || !(await isCurrentRecord(use.epochs, read.found.payload))) return undefined
      const policy = await use.findSignInPolicy()
      const { level, sessionLength = use.sessionMaxExp } = policy
      const most = Math.min(sessionLength, use.sessionMaxExp)
      if (clock.now() - session.authTime * 1000 > most) return undefined
      // Who has to prove more is asked for it where a session is asked for.
      const { proofs } = signOnIn(read.found.payload)
      const worth = levelUnder({ proofs, acr: session.acr }, policy)
      if (worth === undefined || !reaches(worth, level)) return undefined
      const account = await use.findAccount(session.sub)
      if (account === undefined || account.disabled) return undefined
      await lengthen(exchange, value, read, session)
      return session
    },
    beginAnew: async (exchange, { sub: account }) => {
      const former = valueIn(exchange)
      const read = former === undefined ? undefined : await find(former)
      if (former === undefined || read === undefined) return
      const { payload, expiresIn } = read.found
      const { authorizations: _, sealed: __, ...kept } = payload
      const [value, uid, under] = [newSecret(), newSecret(), handles.inUse()]
      const begun = { id: uid, account, kind: 'browser', ...signOnIn(payload) } as const
      await use.sessions.begin({ ...begun, expiresIn: use.sessionMaxExp })
      await store.artifacts.destroy('Session', read.under.key('Session', former))
      const anew = { ...kept, uid, epochs: await use.epochs.now(ownerOfRecord(payload)) }
      const place = { alias: under.key('Session uid', uid), account }
      await store.artifacts.put('Session', under.key('Session', value), {
        payload: anew,
        expiresIn,
        ...place,
      })
      const lasts = payload['transient'] === true ? undefined : Math.floor(expiresIn / 1000)
      keep(exchange, value, lasts)
    },
    end: async (exchange, { id, sub }) => {
      const about = { subject: sub, actor: `user:${sub}`, session: id }
      const event = use.tell(exchange, { type: 'session.ended', ...about })
      await use.access.acknowledge({ kind: 'sign_on', value: id, account: sub }, event)
      const value = valueIn(exchange)
      if (value !== undefined)
        for (const under of handles.peppers())
          await store.artifacts.destroy('Session', under.key('Session', value), event)
      await endSignOn(store.grants, id, event)
      keep(exchange, '', 0)
      exchange.res.setHeader('clear-site-data', CLEAR_SITE_DATA)
    },
    prove: async (exchange, { id, sub }, proof) => {
      const value = valueIn(exchange)
      for (let round = 0; value !== undefined && round < ROUNDS; round++) {
        const read = await find(value)
        // Another person's by now, or over: then there is nothing to add to.
        if (read === undefined || toSession(read.found.payload)?.id !== id) return
        const { under, found } = read
        const proofs = [...(signOnIn(found.payload).proofs ?? []), proof]
        const payload = {
          ...{ ...found.payload, ...writeSignOn({ ...signOnIn(found.payload), proofs }) },
          ...{ acr: acrOf(levelOf(proofs)), amr: amrOf(proofs) },
        }
        const place = { alias: under.key('Session uid', id), account: sub }
        const proven = { payload, expiresIn: found.expiresIn, ...place }
        const key = under.key('Session', value)
        if ((await store.artifacts.replace('Session', key, proven, found.payload)) !== 'changed') return
      }
    },
  }
}

/** Each lost swap means that another request has saved it. */
const ROUNDS = 5

/** A tenth of the idle life has gone by. */
const WORTH_A_WRITE = 0.1

function toSession(payload: JsonObject): BrowserSession | undefined {
  const { uid, accountId, loginTs, acr, amr, device } = payload
  if (typeof uid !== 'string' || typeof accountId !== 'string' || typeof loginTs !== 'number')
    return undefined
  return {
    ...{ id: uid, sub: accountId, authTime: loginTs },
    acr: typeof acr === 'string' ? acr : undefined,
    amr: Array.isArray(amr) ? amr.filter((value) => typeof value === 'string') : [],
    device: typeof device === 'string' ? device : '',
  }
}
