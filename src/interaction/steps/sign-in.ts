import type { IncomingMessage } from 'node:http'
import type { Account } from '../../accounts/account.ts'
import type { SignedInDevice, SignInOrigin } from '../../accounts/authenticate.ts'
import type { SignInError, SignInModel } from '../../pages/models.ts'
import { minutesOf, type Refusal, refusalHeaders } from '../../security/rate-limit/refusal.ts'
import type { Attempt, SignInGuard } from '../../security/rate-limit/sign-in-guard.ts'
import { AppError } from '../../shared/app-error.ts'
import { asker, type Journey, pageOptions, parameter, type Step, type StepUse } from '../journey.ts'

export interface SignInUse extends StepUse {
  authenticate: (
    username: string,
    password: string,
    origin: SignInOrigin,
  ) => Promise<{ ok: true; account: Account; device: SignedInDevice } | { ok: false; reason: string }>
  guard: SignInGuard
  /** People may make accounts themselves. */
  registration: boolean
  /** What one proven factor is worth, as an `acr` value. */
  acr: string
  reportSignIn: (
    req: IncomingMessage,
    clientId: string,
    outcome: { ok: true; account: Account } | { ok: false; reason: string } | { ok: false; refusal: Refusal },
  ) => void
}

const STATUS: Record<SignInError['kind'], number> = {
  invalid_credentials: 400,
  missing: 400,
  too_long: 400,
  forbidden: 403,
  busy: 503,
}

const statusOf = (error: SignInError): number =>
  error.kind === 'busy' && error.minutes !== undefined ? 429 : STATUS[error.kind]

export function createSignIn(use: SignInUse): Step {
  const page = (journey: Journey, over: Partial<SignInModel>): void => {
    const model = {
      csrf: use.csrf.token(journey.interaction.uid),
      ...asker(journey),
      reset: `/reset?uid=${journey.interaction.uid}`,
      ...(use.registration && { register: `/register?uid=${journey.interaction.uid}` }),
      ...over,
    }
    use.showPage(journey.ctx, 'sign-in', model, pageOptions(journey, over.error && statusOf(over.error)))
  }
  return {
    show: async (journey) => {
      const hint = parameter(journey, 'login_hint')
      page(journey, hint === undefined ? {} : { username: hint })
    },
    submit: async (journey, form) => {
      const { username = '', password = '' } = form
      const remember = form['remember'] === 'on'
      const again = (error: SignInError): undefined =>
        page(journey, { username, remember, error }) as undefined
      if (!use.csrf.check(journey.interaction.uid, form['csrf'])) return again({ kind: 'forbidden' })
      if (username === '' || password === '') return again({ kind: 'missing' })

      const { ctx, request } = journey
      const admission = await use.guard({ ip: request.ip, cookieHeader: ctx.headers.cookie, username })
      if (!admission.ok) {
        const { refusal } = admission
        use.reportSignIn(ctx.req, journey.client.clientId, admission)
        ctx.set(refusalHeaders(refusal))
        return again({ kind: 'busy', minutes: minutesOf(refusal) })
      }
      const outcome = await verify(use, journey, admission.attempt, { username, password })
      if (outcome === 'busy') return again({ kind: 'busy' })
      use.reportSignIn(ctx.req, journey.client.clientId, outcome)
      if (!outcome.ok) {
        await admission.attempt.failed()
        return again({ kind: 'invalid_credentials' })
      }
      const { account, device } = outcome
      await admission.attempt.succeeded(ctx.res, device.cookieId)
      return {
        login: { accountId: account.sub, amr: ['pwd'], acr: use.acr, remember, device: device.id },
      }
    },
  }
}

/** A full hashing queue is told on the same page; a store that is away goes the way of all such errors. */
async function verify(
  use: SignInUse,
  { ctx, client }: Journey,
  attempt: Attempt,
  { username, password }: { username: string; password: string },
) {
  try {
    const device = { cookieId: attempt.deviceId, language: ctx.get('accept-language') }
    const origin = { ...use.originOf(ctx), client: client.clientId, device }
    return await use.authenticate(username, password, origin)
  } catch (error) {
    await attempt.dropped()
    if (error instanceof AppError && error.code === 'busy') return 'busy' as const
    throw error
  }
}
