/**
 * `/auth/*`: sign-in, refresh and sign-out for the operator's own browser applications. The access token lives in the
 * page's memory, the refresh token in a cookie that no script sees. JSON in and out, errors as problems (RFC 9457).
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import { readJson } from '../security/json-body.ts'
import { type Refusal, refusalHeaders } from '../security/rate-limit/refusal.ts'
import { newSecret } from '../shared/ids.ts'
import type { At, Outcome, SignIns } from '../sign-in/types.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'
import type { RequestContexts } from '../telemetry/request-context.ts'
import { admitCaller, allowOrigin, answerPreflight } from './caller.ts'
import type { RefreshCookie } from './cookies.ts'
import { Problem, type ProblemCode, showProblem, toProblem } from './problem.ts'

interface Tokens {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  refresh_token: string
  /** Seconds. */
  refresh_token_expires_in: number
}

/** `error`: the protocol's word; `verdict`: the rule's on the refresh token, where it spoke, or the risk policy's; `nonce`: for the next proof. */
type Refused = { ok: false; status: number; error: string; verdict?: string; account?: string }
type Done = { ok: true }
type Given = Done & { tokens: Tokens }
type Answer<T extends Done = Given> = { nonce?: string } & (T | Refused)

export interface FirstPartyUse {
  /** `FIRST_PARTY_ORIGINS`. */
  origins: readonly string[]
  requests: RequestContexts
  cookie: RefreshCookie
  /** Where people set up what they sign in with. */
  accountAddress: string
  signIns: Pick<SignIns, 'view' | 'challenge' | 'answer' | 'renew'>
  /** Where a request comes from, and on which device. */
  visitOf: (ctx: Context) => Pick<At, 'origin' | 'req' | 'res' | 'binding'>
  /** What the provider does for its built-in client. */
  tokens: {
    judgeProof(req: Context['req']): Promise<Answer | undefined>
    signIn(
      req: Context['req'],
      signIn: { sub: string; authTime: number; acr: string; amr: string[]; device: string },
    ): Promise<Answer>
    refresh(req: Context['req'], refreshToken: string, isProven?: boolean): Promise<Answer>
    endByRefreshToken(req: Context['req'], refreshToken: string): Promise<boolean>
    endByAccessToken(req: Context['req'], authorization: string, everywhere: boolean): Promise<Answer<Done>>
  }
}

type Handler = (use: FirstPartyUse, ctx: Context) => Promise<void>

const CALLS: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/auth/login': { POST: login },
  '/auth/mfa': { POST: proveMore },
  '/auth/mfa/challenge': { POST: challenge },
  '/auth/refresh': { POST: refresh, DELETE: signOut },
  '/auth/logout': { POST: logout },
}

const MAX_BYTES = 10_240

export function createFirstPartyRouter(use: FirstPartyUse): Router {
  const router = new Router({ sensitive: true })
  for (const [path, methods] of Object.entries(CALLS)) {
    router.all(path, (ctx) => answer(use, ctx, methods))
  }
  return router
}

async function answer(
  use: FirstPartyUse,
  ctx: Context,
  methods: Readonly<Record<string, Handler>>,
): Promise<void> {
  const { id, log } = use.requests.of(ctx.req)
  try {
    allowOrigin(ctx, use.origins)
    if (ctx.method === 'OPTIONS') return answerPreflight(ctx, use.origins)
    const handle = methods[ctx.method]
    if (handle === undefined) {
      ctx.set('allow', [...Object.keys(methods), 'OPTIONS'].join(', '))
      throw new Problem('method_not_allowed')
    }
    admitCaller(ctx.req.headers, use.origins)
    await handle(use, ctx)
  } catch (error) {
    const problem = toProblem(error)
    showProblem(ctx, problem, id)
    const level = ctx.status >= 500 ? 'error' : 'info'
    const reason = problem.detail ?? problem.code
    log[level]({ event: 'request.refused', reason, status: ctx.status, error: problem.cause }, problem.code)
  }
}

async function login(use: FirstPartyUse, ctx: Context): Promise<void> {
  const { username, password, deviceId } = await readJson(ctx, MAX_BYTES)
  await admitProof(use, ctx)
  const at = { ...placeOf(use, ctx, newSecret(), labelOf(deviceId)), isNew: true as const }
  const given = { username: textOf(username), password: textOf(password) }
  await conclude(use, ctx, at, await use.signIns.answer(at, 'password', given))
}

/** A proof that is wrong is refused before a password is looked at, or a code is spent. */
async function admitProof(use: FirstPartyUse, ctx: Context): Promise<void> {
  const wrong = ctx.get('dpop') === '' ? undefined : await use.tokens.judgeProof(ctx.req)
  if (wrong !== undefined) take(ctx, wrong, 'invalid_dpop_proof')
}

/** How long somebody may look for their second factor, ms. */
const MFA_LIFE = 5 * 60 * 1000

function placeOf(use: FirstPartyUse, ctx: Context, id: string, label?: string): At {
  const visit = use.visitOf(ctx)
  const origin = { ...visit.origin, device: { ...visit.origin.device, label } }
  return { ...visit, origin, id, wanted: {}, life: MFA_LIFE }
}

async function conclude(use: FirstPartyUse, ctx: Context, at: At, outcome: Outcome): Promise<void> {
  switch (outcome.kind) {
    case 'done': {
      const { account, authTime, acr, amr, device } = outcome.signedIn
      const signIn = { sub: account.sub, authTime, acr, amr, device: device.id }
      const given = await use.tokens.signIn(ctx.req, signIn)
      return show(use, ctx, take(ctx, given, 'invalid_credentials').tokens)
    }
    case 'renewed':
      return showRefreshed(use, ctx, await use.tokens.refresh(ctx.req, outcome.refreshToken, true))
    case 'more':
      throw new Problem('mfa_required', { members: { mfa_token: at.id, methods: outcome.methods } })
    case 'enrol':
      throw new Problem('mfa_enrolment_required', { members: { enrol_at: use.accountAddress } })
    case 'wrong': {
      // A token of nobody's is told apart by nothing being asked under it.
      if (outcome.reason === 'no_challenge' && outcome.method === NAMELESS)
        throw new Problem('invalid_mfa_token')
      const code = outcome.method === 'password' ? 'invalid_credentials' : 'invalid_code'
      throw new Problem(code, { detail: outcome.reason })
    }
    case 'refused':
      throw refused(ctx, outcome.refusal)
    case 'busy':
      throw new Problem('temporarily_unavailable')
    case 'not_offered':
      throw new Problem('method_not_offered')
    case 'unmet':
      throw new Problem('invalid_mfa_token', { detail: 'nothing more to prove it with' })
  }
}

async function proveMore(use: FirstPartyUse, ctx: Context): Promise<void> {
  const { mfa_token: token, method, code, password, response } = await readJson(ctx, MAX_BYTES)
  const at = await underWay(use, ctx, token, textOf(method))
  await admitProof(use, ctx)
  const given = { code: textOf(code), password: textOf(password ?? code), response }
  await conclude(use, ctx, at, await use.signIns.answer(at, textOf(method), given))
}

/** Without a token a sign-in begins that says itself who it is: by a passkey. */
async function challenge(use: FirstPartyUse, ctx: Context): Promise<void> {
  const { mfa_token: token, method } = await readJson(ctx, MAX_BYTES)
  const at =
    token === undefined ? placeOf(use, ctx, newSecret()) : await underWay(use, ctx, token, textOf(method))
  if (token === undefined && method !== NAMELESS) throw new Problem('method_not_offered')
  const asked = await use.signIns.challenge(at, textOf(method))
  if (asked.kind === 'refused') throw refused(ctx, asked.refusal)
  if (asked.kind !== 'chosen')
    throw new Problem(asked.kind === 'unavailable' ? 'temporarily_unavailable' : 'method_not_offered')
  const { challenge: shown, again } = asked
  ctx.status = 200
  ctx.body = {
    ...(token === undefined && { mfa_token: at.id }),
    ...{ method, challenge: shown },
    // Seconds until it may be sent again, where it was sent.
    ...(again !== undefined && { resend_after: Math.ceil(again / 1000) }),
  }
}

function refused(ctx: Context, refusal: Refusal): Problem {
  ctx.set(refusalHeaders(refusal))
  return new Problem('rate_limited', { detail: refusal.limiter })
}

const NAMELESS: MethodId = 'passkey'

/** 32 bytes in base64url: anything else is not even looked up. */
const TOKEN = /^[\w-]{43}$/

/** The sign-in that an `mfa_token` is of, where the same caller goes on with it. */
async function underWay(use: FirstPartyUse, ctx: Context, token: unknown, method: string): Promise<At> {
  const id = textOf(token)
  if (!TOKEN.test(id)) throw new Problem('invalid_mfa_token')
  const at = placeOf(use, ctx, id)
  const { step } = await use.signIns.view(at)
  if (step !== 'second' && (step !== 'name' || method !== NAMELESS)) throw new Problem('invalid_mfa_token')
  return at
}

const LONGEST_LABEL = 128

/** What the application calls the device: shown to the person, and believed by nobody. */
const labelOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_LABEL && !value.includes('\0')
    ? value.toWellFormed()
    : undefined

/** What is no text is nobody's name and nobody's password. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

async function refresh(use: FirstPartyUse, ctx: Context): Promise<void> {
  const token = cookieOf(use, ctx)
  const given = await use.tokens.refresh(ctx.req, token)
  if (!given.ok && given.verdict === 'step_up') return askForMore(use, ctx, given, token)
  showRefreshed(use, ctx, given)
}

/** Nothing has changed: the token is as good as before, and goes on once it is proven who this is. */
async function askForMore(
  use: FirstPartyUse,
  ctx: Context,
  { account, nonce }: Refused & { nonce?: string },
  token: string,
): Promise<void> {
  if (nonce !== undefined) ctx.set('dpop-nonce', nonce)
  const at = placeOf(use, ctx, newSecret())
  const outcome = await use.signIns.renew(at, account ?? '', token)
  // Nothing is there to prove it with: who signs in anew is looked at as whoever does.
  if (outcome.kind === 'unmet') throw new Problem('invalid_refresh', { detail: 'nothing to prove it with' })
  throw new Problem('step_up_required', { members: { mfa_token: at.id, methods: outcome.methods } })
}

function showRefreshed(use: FirstPartyUse, ctx: Context, given: Answer): void {
  // A later answer has set a newer cookie, or is about to.
  if (!given.ok && given.verdict === 'late') throw new Problem('superseded')
  const isReuse = !given.ok && given.verdict === 'reuse'
  // What the risk policy denies is good elsewhere, and at another time.
  const isGood = given.ok || given.verdict === 'denied'
  if (isReuse || (!isGood && given.error === 'invalid_grant')) use.cookie.clear(ctx)
  show(use, ctx, take(ctx, given, isReuse ? 'refresh_reused' : 'invalid_refresh').tokens)
}

async function signOut(use: FirstPartyUse, ctx: Context): Promise<void> {
  await use.tokens.endByRefreshToken(ctx.req, cookieOf(use, ctx))
  use.cookie.clear(ctx)
  ctx.status = 204
}

async function logout(use: FirstPartyUse, ctx: Context): Promise<void> {
  const everywhere = ctx.query['everywhere'] === 'true'
  const ended = await use.tokens.endByAccessToken(ctx.req, ctx.get('authorization'), everywhere)
  take(ctx, ended, 'invalid_token')
  use.cookie.clear(ctx)
  ctx.status = 204
}

/** Only a script of a page that may call can set a header of its own (Fetch §3.2, non-safelisted). */
function cookieOf({ cookie }: FirstPartyUse, ctx: Context): string {
  if (ctx.get('x-requested-with') === '') throw new Problem('missing_header')
  try {
    return cookie.read(ctx)
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid_refresh') cookie.clear(ctx)
    throw error
  }
}

/** What was asked for, or the problem that stands in its place. */
function take<T extends Done>(ctx: Context, answer: Answer<T>, otherwise: ProblemCode): T {
  if (answer.nonce !== undefined) ctx.set('dpop-nonce', answer.nonce)
  if (answer.ok) return answer
  const { status, error } = answer
  if (status === 503) throw new Problem('temporarily_unavailable')
  if (status >= 500) throw new Problem('internal')
  throw new Problem(error === 'use_dpop_nonce' || error === 'invalid_dpop_proof' ? error : otherwise)
}

function show({ cookie }: FirstPartyUse, ctx: Context, tokens: Tokens): void {
  const { refresh_token: token, refresh_token_expires_in: expiresIn, ...shown } = tokens
  cookie.write(ctx, token, expiresIn)
  ctx.status = 200
  ctx.body = shown
}
