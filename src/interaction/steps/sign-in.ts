import type { Account } from '../../accounts/account.ts'
import type { SignInOrigin } from '../../accounts/authenticate.ts'
import type { SignInError, SignInModel } from '../../pages/models.ts'
import { AppError } from '../../shared/app-error.ts'
import { clientFace, type Journey, pageOptions, parameter, type Step, type StepUse } from '../journey.ts'

export interface SignInUse extends StepUse {
  authenticate: (
    username: string,
    password: string,
    origin: SignInOrigin,
  ) => Promise<{ ok: true; account: Account } | { ok: false; reason: string }>
  /** What one proven factor is worth, as an `acr` value. */
  acr: string
  reportSignIn: (
    journey: Journey,
    outcome: { result: 'success'; account: Account } | { result: 'failure'; reason: string },
  ) => void
}

const STATUS: Record<SignInError['kind'], number> = {
  invalid_credentials: 400,
  missing: 400,
  too_long: 400,
  forbidden: 403,
  busy: 503,
}

export function createSignIn(use: SignInUse): Step {
  const page = (journey: Journey, over: Partial<SignInModel>): void => {
    const model = {
      csrf: use.csrf.token(journey.interaction.uid),
      client: clientFace(journey),
      ...over,
    }
    use.showPage(journey.ctx, 'sign-in', model, pageOptions(journey, over.error && STATUS[over.error.kind]))
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

      const outcome = await attempt(use, journey, { username, password })
      if (outcome === 'busy') return again({ kind: 'busy' })
      if (!outcome.ok) {
        use.reportSignIn(journey, { result: 'failure', reason: outcome.reason })
        return again({ kind: 'invalid_credentials' })
      }
      use.reportSignIn(journey, { result: 'success', account: outcome.account })
      return { login: { accountId: outcome.account.sub, amr: ['pwd'], acr: use.acr, remember } }
    },
  }
}

/** A full hashing queue is told on the same page; a store that is away goes the way of all such errors. */
async function attempt(
  use: SignInUse,
  { ctx, client }: Journey,
  { username, password }: { username: string; password: string },
) {
  try {
    const origin = { ...use.originOf(ctx), client: client.clientId }
    return await use.authenticate(username, password, origin)
  } catch (error) {
    if (error instanceof AppError && error.code === 'busy') return 'busy' as const
    throw error
  }
}
