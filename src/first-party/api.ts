/**
 * `/auth/*`: sign-in, refresh and sign-out for the operator's own browser applications. The access token lives in the
 * page's memory, the refresh token in a cookie that no script sees. JSON in and out, errors as problems (RFC 9457).
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Account } from '../accounts/account.ts'
import type { DeviceVisit, SignedInDevice } from '../accounts/authenticate.ts'
import { readJson } from '../security/json-body.ts'
import { type Refusal, refusalHeaders } from '../security/rate-limit/refusal.ts'
import type { SignInGuard } from '../security/rate-limit/sign-in-guard.ts'
import type { Clock } from '../shared/clock.ts'
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
type Refused = { ok: false; status: number; error: string; verdict?: string }
type Done = { ok: true }
type Given = Done & { tokens: Tokens }
type Answer<T extends Done = Given> = { nonce?: string } & (T | Refused)

export type SignInOutcome =
  | { ok: true; account: Account; device: SignedInDevice }
  | { ok: false; reason: string }

export interface FirstPartyUse {
  /** `FIRST_PARTY_ORIGINS`. */
  origins: readonly string[]
  clock: Clock
  requests: RequestContexts
  cookie: RefreshCookie
  guard: SignInGuard
  authenticate: (
    credentials: { username: string; password: string },
    ctx: Context,
    device: DeviceVisit,
  ) => Promise<SignInOutcome>
  reportSignIn: (ctx: Context, outcome: SignInOutcome | { ok: false; refusal: Refusal }) => void
  /** What the provider does for its built-in client. */
  tokens: {
    judgeProof(req: Context['req']): Promise<Answer | undefined>
    signIn(req: Context['req'], signIn: { sub: string; authTime: number; device: string }): Promise<Answer>
    refresh(req: Context['req'], refreshToken: string): Promise<Answer>
    endByRefreshToken(req: Context['req'], refreshToken: string): Promise<boolean>
    endByAccessToken(req: Context['req'], authorization: string, everywhere: boolean): Promise<Answer<Done>>
  }
}

type Handler = (use: FirstPartyUse, ctx: Context) => Promise<void>

const CALLS: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/auth/login': { POST: login },
  // No account has a second factor, so no sign-in waits for one.
  '/auth/mfa': { POST: refuseMfaToken },
  '/auth/mfa/challenge': { POST: refuseMfaToken },
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
  const wrong = ctx.get('dpop') === '' ? undefined : await use.tokens.judgeProof(ctx.req)
  if (wrong !== undefined) take(ctx, wrong, 'invalid_dpop_proof')
  const credentials = { username: textOf(username), password: textOf(password) }
  const outcome = await signIn(use, ctx, credentials, labelOf(deviceId))
  if (!outcome.ok) throw new Problem('invalid_credentials', { detail: outcome.reason })
  const authTime = Math.floor(use.clock.now() / 1000)
  const { account, device } = outcome
  const given = await use.tokens.signIn(ctx.req, { sub: account.sub, authTime, device: device.id })
  show(use, ctx, take(ctx, given, 'invalid_credentials').tokens)
}

async function signIn(
  use: FirstPartyUse,
  ctx: Context,
  credentials: { username: string; password: string },
  label: string | undefined,
): Promise<SignInOutcome> {
  const { ip } = use.requests.of(ctx.req)
  const { username } = credentials
  const admission = await use.guard({ ip, cookieHeader: ctx.req.headers.cookie, username })
  if (!admission.ok) {
    use.reportSignIn(ctx, admission)
    ctx.set(refusalHeaders(admission.refusal))
    throw new Problem('rate_limited', { detail: admission.refusal.limiter })
  }
  const { attempt } = admission
  const visit = { cookieId: attempt.deviceId, label, language: ctx.get('accept-language') }
  const outcome = await use.authenticate(credentials, ctx, visit).catch(async (error: unknown) => {
    await attempt.dropped()
    throw error
  })
  use.reportSignIn(ctx, outcome)
  if (!outcome.ok) {
    await attempt.failed()
    return outcome
  }
  await attempt.succeeded(ctx.res, outcome.device.cookieId)
  return outcome
}

const LONGEST_LABEL = 128

/** What the application calls the device: shown to the person, and believed by nobody. */
const labelOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_LABEL && !value.includes('\0')
    ? value.toWellFormed()
    : undefined

/** What is no text is nobody's name and nobody's password. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

async function refuseMfaToken(_use: FirstPartyUse, ctx: Context): Promise<void> {
  await readJson(ctx, MAX_BYTES)
  throw new Problem('invalid_mfa_token')
}

async function refresh(use: FirstPartyUse, ctx: Context): Promise<void> {
  const token = cookieOf(use, ctx)
  const given = await use.tokens.refresh(ctx.req, token)
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
