/**
 * A person's way between the authorization request and the redirect back. Its state is stored; a step shows a page or
 * takes a form, and returns to the dispatcher in `flow.ts`. Steps never call each other.
 */
import type { Context } from 'koa'
import type { Client, Provider } from 'oidc-provider'
import type { Origin } from '../audit/event.ts'
import { ACCOUNT } from '../clients/client.ts'
import type { ClientFace } from '../pages/models.ts'
import type { ShowPage } from '../pages/respond.ts'
import type { Csrf } from '../security/csrf.ts'
import type { Proof } from '../sign-in/assurance.ts'
import type { RequestContext } from '../telemetry/request-context.ts'

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

export interface Journey {
  ctx: Context
  interaction: Interaction
  client: Client
  request: RequestContext
}

/** What the library is told about a finished step: its name to its facts, or an error for the client. */
export type StepResult =
  | { create: Record<string, never> }
  | { login: Login }
  | { consent: Record<string, never> }
  | { error: string; error_description: string }

type Login = {
  accountId: string
  amr: string[]
  acr: string
  /** When: epoch seconds. */
  ts: number
  remember: boolean
  device: string
  proofs: Proof[]
  /** The account's: what was ended meanwhile stays ended. */
  epoch: number
}

export interface Step {
  /** The result, where there is nothing to show. */
  show(journey: Journey): Promise<StepResult | undefined>
  /** The result that ends the step; undefined when a page was shown instead. */
  submit(journey: Journey, form: Record<string, string>): Promise<StepResult | undefined>
}

export interface StepUse {
  csrf: Csrf
  showPage: ShowPage
  /** Where a request comes from, for the audit trail. */
  originOf: (ctx: Context) => Origin
}

/** A parameter of the authorization request. */
export function parameter({ interaction }: Journey, name: string): string | undefined {
  const value = interaction.params[name]
  return typeof value === 'string' ? value : undefined
}

/** What pages of a journey have in common: the language asked for, and where their forms lead in the end. */
export const pageOptions = (journey: Journey, status?: number) => ({
  uiLocales: parameter(journey, 'ui_locales'),
  leadsTo: parameter(journey, 'redirect_uri'),
  ...(status === undefined ? {} : { status }),
})

/** Who asks for a sign-in; nobody but the house itself where it is for the pages at `/account`. */
export const asker = (journey: Journey) =>
  journey.client.clientId === ACCOUNT ? {} : { client: clientFace(journey) }

export const clientFace = ({ client }: Journey) => faceOf(client)

export function faceOf(client: Client): ClientFace {
  const logo = client['logo_path']
  return { name: client.clientName ?? client.clientId, ...(typeof logo === 'string' ? { logo } : {}) }
}

/** After a form: to the page that is next. */
export function again({ ctx }: Journey): undefined {
  ctx.status = 303
  ctx.redirect(ctx.path)
}
