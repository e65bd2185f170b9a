import type { PasskeyModel, Sending, SignInError } from '../../pages/models.ts'
import type { View } from '../../sign-in/types.ts'
import { asker, type Journey, pageOptions, parameter, type StepUse } from '../journey.ts'

export interface ShowSignInUse extends StepUse {
  /** People may make accounts themselves. */
  registration: boolean
}

interface Shown {
  /** What was sent, to be shown again where it may be. */
  form?: Record<string, string>
  error?: SignInError
}

const STATUS: Partial<Record<SignInError['kind'], number>> = { forbidden: 403, busy: 503, unavailable: 503 }
const statusOf = (error: SignInError): number =>
  error.kind === 'busy' && error.minutes !== undefined ? 429 : (STATUS[error.kind] ?? 400)

const DAY = 24 * 60 * 60 * 1000

/** The page of the step that a sign-in is at. */
export function showSignIn(
  use: ShowSignInUse,
  journey: Journey,
  view: View,
  { form, error }: Shown,
): undefined {
  const { ctx, interaction } = journey
  const options = pageOptions(journey, error && statusOf(error))
  const common = { csrf: use.csrf.token(interaction.uid), ...(error && { error }) }
  if (view.step === 'second') {
    const { email, name } = view.account
    const account = { email, ...(name !== undefined && { name }) }
    const trustDays = Math.floor(view.trustFor / DAY)
    showMethod(use, ctx, view, { ...common, account, trustDays, ...waysOf(view) }, options)
  } else if (view.step === 'first' && view.method === 'password') {
    const { username, remember } = view
    const model = { ...common, ...asker(journey), username, remember, ...waysOf(view) }
    use.showPage(ctx, 'password', { ...model, reset: `/reset?uid=${interaction.uid}` }, options)
  } else if (view.step === 'first') {
    const { username: email, remember } = view
    showMethod(use, ctx, view, { ...common, account: { email }, remember, ...waysOf(view) }, options)
  } else {
    const username = form?.['username'] ?? parameter(journey, 'login_hint')
    const register = use.registration && { register: `/register?uid=${interaction.uid}` }
    const ways = view.step === 'name' && { ways: view.ways, ...lastOf(view) }
    const named = username !== undefined && { username }
    const model = { ...common, ...asker(journey), ...register, ...ways, ...named }
    use.showPage(ctx, 'sign-in', model, options)
  }
}

type Asking = Extract<View, { step: 'first' | 'second' }>

const waysOf = (view: Asking) => ({
  ways: view.ways.filter((way) => way !== view.method),
  ...(view.step === 'first' && lastOf(view)),
})

const lastOf = ({ last }: Extract<View, { last?: unknown }>) => (last === undefined ? {} : { last })

/** What became of a code that has to be sent; undefined for what has not. */
function sendingOf({ challenge, again, unsent }: Asking): { sending?: Sending } {
  if (again === undefined && !unsent) return {}
  const { to } = (challenge ?? {}) as { to?: string }
  return {
    sending: { unsent, againIn: Math.ceil((again ?? 0) / 1000), ...(to !== undefined && { to }) },
  }
}

function showMethod(
  { showPage }: StepUse,
  ctx: Journey['ctx'],
  view: Asking,
  model: PasskeyModel,
  options: ReturnType<typeof pageOptions>,
): void {
  const { method } = view
  if (method === 'password') throw new Error('the password has a page of its own')
  if (method === 'passkey') showPage(ctx, 'passkey', model, options)
  else showPage(ctx, 'code', { ...model, method, ...sendingOf(view) }, options)
}
