/**
 * `/federation/:connector/…`: away to another server and back. What came back belongs to whoever left with its `state`, in
 * the browser in which they did: to a sign-in, which goes on, or to a person at `/account`, whose page it is handed to.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Provider } from 'oidc-provider'
import { z } from 'zod'
import type { Returned } from '../federation/federation.ts'
import type { Pending } from '../methods/pending.ts'
import { AppError } from '../shared/app-error.ts'
import type { RequestContexts } from '../telemetry/request-context.ts'
import { expired, finish, journeyWith } from './flow.ts'
import type { Journey } from './journey.ts'
import type { OwnBrowser } from './own-browser.ts'
import { comeBack, type ElsewhereUse, leave } from './steps/elsewhere.ts'
import { backWith } from './steps/show-sign-in.ts'

export interface FederationRouterUse extends ElsewhereUse {
  provider: Provider
  requests: RequestContexts
  ownBrowser: OwnBrowser
  findConnectors: () => Promise<{ slug: string; name: string }[]>
  pending: Pending
  /** Goes on with what a person at `/account` has begun; `held`: what was kept of it. */
  comeBackToAccount: (ctx: Context, held: unknown, returned: Returned) => Promise<void>
}

/** What is kept under a `state`: who left with it. */
const HELD = z.discriminatedUnion('to', [
  z.object({ to: z.literal('sign_in'), browser: z.string(), uid: z.string() }),
  z.object({ to: z.literal('account'), browser: z.string(), held: z.unknown() }),
])

/** For whoever else sends people away. */
export const holdForAccount = (browser: string, held: unknown): string =>
  JSON.stringify({ to: 'account', browser, held } satisfies z.input<typeof HELD>)

/** As we make them; anything else is not even looked up. */
const STATE = /^[\w-]{43}$/

export function createFederationRouter(use: FederationRouterUse): Router {
  const router = new Router({ sensitive: true })
  router.get('/federation/:connector/login', async (ctx) => {
    const slug = await connectorIn(use, ctx)
    const journey = await journeyOf(use, ctx, String(ctx.query['uid'] ?? ''))
    use.ownBrowser.meet(ctx)
    const { uid, prompt } = journey.interaction
    ctx.status = 303
    if (prompt.name !== 'login') return ctx.redirect(`/interaction/${uid}`)
    const left = await leave(use, journey, slug)
    if (left === undefined) return ctx.redirect(backWith(uid, 'identity_failed', slug))
    const held = { to: 'sign_in', browser: use.ownBrowser.nameOf(ctx), uid } satisfies z.input<typeof HELD>
    await use.pending.put('identity', left.state, JSON.stringify(held))
    ctx.redirect(left.url)
  })
  router.get('/federation/:connector/callback', async (ctx) => {
    const slug = await connectorIn(use, ctx)
    const state = String(ctx.query['state'] ?? '')
    const kept = STATE.test(state) ? await use.pending.read('identity', state) : undefined
    if (kept === undefined) throw expired('nobody left with this state')
    const held = HELD.parse(JSON.parse(kept))
    // Whoever else comes with it takes nothing away from who left.
    if (held.browser !== use.ownBrowser.nameOf(ctx)) throw expired('it was begun in another browser')
    if (!(await use.pending.take('identity', state, kept))) throw expired('it was answered before')
    const returned = { slug, parameters: ctx.querystring }
    if (held.to === 'account') return use.comeBackToAccount(ctx, held.held, returned)
    const journey = await journeyOf(use, ctx, held.uid)
    if (journey.interaction.prompt.name !== 'login') throw expired('there is no sign-in any more')
    const result = await comeBack(use, journey, returned)
    if (result !== undefined) await finish(journey, { ...result, browser: use.ownBrowser.proof(ctx) })
  })
  return router
}

async function connectorIn({ findConnectors }: FederationRouterUse, ctx: Context): Promise<string> {
  const slug = String(ctx['params'].connector)
  if ((await findConnectors()).some((connector) => connector.slug === slug)) return slug
  throw new AppError('not_found', 'There is nothing at this address.')
}

/**
 * The library's cookie for it has another path and does not come along. What is proven counts in this browser alone (see
 * `own-browser.ts`), and goes on only where that cookie is: who was sent another one's way gets nowhere.
 */
async function journeyOf(use: FederationRouterUse, ctx: Context, uid: string): Promise<Journey> {
  const interaction = await use.provider.Interaction.find(uid)
  if (interaction === undefined) throw expired('there is no such interaction')
  return journeyWith(use, ctx, interaction)
}
