import Router from '@koa/router'
import type { Context } from 'koa'
import { errors, type Provider } from 'oidc-provider'
import { readForm } from '../security/body.ts'
import { admitOwnForm } from '../security/origin.ts'
import { AppError } from '../shared/app-error.ts'
import type { RequestContexts } from '../telemetry/request-context.ts'
import type { Interaction, Journey, Step, StepResult } from './journey.ts'
import type { OwnBrowser } from './own-browser.ts'

export interface FlowUse {
  provider: Provider
  issuer: string
  requests: RequestContexts
  ownBrowser: OwnBrowser
  /** What has to be asked, by the name of the library's prompt. */
  steps: Readonly<Record<'create' | 'login' | 'consent', Step>>
}

/** `/interaction/:uid`: finds the journey, asks its step, and goes on where the library waits. */
export function createInteractionRouter(use: FlowUse): Router {
  const router = new Router({ sensitive: true })
  router.get('/interaction/:uid', async (ctx) => {
    const journey = await resume(use, ctx)
    use.ownBrowser.meet(ctx)
    const result = await stepOf(use, journey).show(journey)
    if (result !== undefined) await finish(journey, { ...result, browser: use.ownBrowser.proof(ctx) })
  })
  router.post('/interaction/:uid', async (ctx) => {
    admitOwnForm(ctx.headers, use.issuer)
    const journey = await resume(use, ctx)
    const result = await stepOf(use, journey).submit(journey, await readForm(ctx))
    if (result !== undefined) await finish(journey, { ...result, browser: use.ownBrowser.proof(ctx) })
  })
  return router
}

/**
 * The library finds the interaction by its cookie alone. That the address names the same one is what makes a link that
 * was handed over worthless.
 */
async function resume(use: FlowUse, ctx: Context): Promise<Journey> {
  const interaction = await use.provider.interactionDetails(ctx.req, ctx.res).catch((error: unknown) => {
    if (!(error instanceof errors.SessionNotFound)) throw error
    throw expired('no interaction for this cookie', error)
  })
  if (interaction.uid !== ctx['params'].uid) throw expired('the address names another interaction')
  return journeyWith(use, ctx, interaction)
}

export async function journeyWith(
  { provider, requests }: Pick<FlowUse, 'provider' | 'requests'>,
  ctx: Context,
  interaction: Interaction,
): Promise<Journey> {
  const client = await provider.Client.find(String(interaction.params['client_id']))
  if (client === undefined) throw expired('the client is gone')
  return { ctx, interaction, client, request: requests.of(ctx.req) }
}

export const expired = (detail: string, cause?: unknown): AppError =>
  new AppError('interaction_expired', 'This page was open too long, or belongs to another browser.', {
    detail,
    cause,
  })

function stepOf({ steps }: FlowUse, { interaction }: Journey): Step {
  const name = interaction.prompt.name
  if (name === 'create' || name === 'login' || name === 'consent') return steps[name]
  throw new Error(`no step for the prompt ${name}`)
}

/** Saved and sent on by hand: the library's own `interactionFinished` would load everything a second time. */
export async function finish(
  { ctx, interaction }: Journey,
  result: StepResult & { browser: string },
): Promise<void> {
  interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result }
  await interaction.persist()
  ctx.status = 303
  ctx.redirect(interaction.returnTo)
}
