import type { ConnectorWay, PasskeyModel, Sending, SignInError } from '../../pages/models.ts'
import type { View } from '../../sign-in/types.ts'
import type { MethodId } from '../../telemetry/metric-labels.ts'
import { asker, type Journey, pageOptions, parameter, type StepUse } from '../journey.ts'

export interface ShowSignInUse extends StepUse {
  /** People may make accounts themselves. */
  registration: boolean
  /** Where else people may sign in now, by their names. */
  findConnectors: () => Promise<{ slug: string; name: string }[]>
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
export async function showSignIn(
  use: ShowSignInUse,
  journey: Journey,
  view: View,
  { form, ...shown }: Shown,
): Promise<undefined> {
  const error = shown.error ?? (await broughtAlong(use, journey))
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
    const elsewhere = await elsewhereAmong(use, journey, view.ways)
    const model = { ...common, ...asker(journey), username, remember, ...waysOf(view), ...elsewhere }
    use.showPage(ctx, 'password', { ...model, reset: `/reset?uid=${interaction.uid}` }, options)
  } else if (view.step === 'first') {
    const { username: email, remember } = view
    const elsewhere = await elsewhereAmong(use, journey, view.ways)
    const model = { ...common, account: { email }, remember, ...waysOf(view), ...elsewhere }
    showMethod(use, ctx, view, model, options)
  } else {
    const username = form?.['username'] ?? parameter(journey, 'login_hint')
    const register = use.registration && { register: `/register?uid=${interaction.uid}` }
    const ways = view.step === 'name' && {
      ...{ ways: view.ways, ...lastOf(view), ...(view.nameless && { nameless: true as const }) },
      ...(await elsewhereAmong(use, journey, view.ways)),
    }
    const named = username !== undefined && { username }
    const model = { ...common, ...asker(journey), ...register, ...ways, ...named }
    use.showPage(ctx, 'sign-in', model, options)
  }
}

/** What stands for `identity` among the ways. */
async function elsewhereAmong(
  { findConnectors }: ShowSignInUse,
  { interaction: { uid } }: Journey,
  ways: readonly MethodId[],
): Promise<{ connectors?: ConnectorWay[] }> {
  if (!ways.includes('identity')) return {}
  const connectors = await findConnectors()
  return { connectors: connectors.map(({ slug, name }) => ({ name, href: beginAt(slug, uid) })) }
}

/** Where a sign-in elsewhere begins that this one goes on with. */
const beginAt = (slug: string, uid: string): string => `/federation/${slug}/login?uid=${uid}`

const FAULTS = ['identity_unknown', 'identity_declined', 'identity_stale', 'identity_failed'] as const
export type ElsewhereError = (typeof FAULTS)[number]

/** Back to the sign-in, with what became of it elsewhere. */
export const backWith = (uid: string, error: ElsewhereError, slug: string): string =>
  `/interaction/${uid}?error=${error}&at=${slug}`

/** Whoever made the address: one of a few sentences is said, of a connector that there is. */
async function broughtAlong(
  { findConnectors }: ShowSignInUse,
  { ctx }: Journey,
): Promise<SignInError | undefined> {
  const kind = FAULTS.find((fault) => ctx.method === 'GET' && fault === ctx.query['error'])
  if (kind === undefined) return undefined
  const connector = (await findConnectors()).find(({ slug }) => slug === ctx.query['at'])
  return connector && { kind, connector: connector.name }
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
  if (method === 'password' || method === 'identity') throw new Error(`${method} is asked elsewhere`)
  if (method === 'passkey') showPage(ctx, 'passkey', model, options)
  else showPage(ctx, 'code', { ...model, method, ...sendingOf(view) }, options)
}
