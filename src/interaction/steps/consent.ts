import type { Context } from 'koa'
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import { type Consent, NO_CONSENT } from '../../consents/consents-repository.ts'
import type { KeptPasskeyModel } from '../../pages/account-factor-models.ts'
import type { ConsentModel } from '../../pages/models.ts'
import { AppError } from '../../shared/app-error.ts'
import {
  again,
  clientFace,
  type Journey,
  pageOptions,
  parameter,
  type Step,
  type StepUse,
} from '../journey.ts'

export interface ConsentUse extends StepUse {
  findAccount: (sub: string) => Promise<Account | undefined>
  findConsent: (sub: string, clientId: string) => Promise<Consent>
  giveConsent: (sub: string, clientId: string, consent: Consent, origin: Origin) => Promise<void>
  scopesOf: (identifier: string) => Promise<readonly string[]>
  isServerScope: (scope: string) => boolean
  isServerClaim: (claim: string) => boolean
  /** How long `offline_access` lasts at most. */
  offlineDays: number
  /** Where access is taken back; a path of our own. */
  connectedApps: string
  /** Where somebody has just signed in by password: what their browser is asked to keep a passkey with. */
  findKeptPasskey: (ctx: Context, account: Account) => Promise<KeptPasskeyModel | undefined>
}

/** Claims that come with every sign-in: nobody is asked for them. */
const UNASKED = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss'])

export function createConsent(use: ConsentUse): Step {
  return {
    show: (journey) => page(use, journey),
    submit: async (journey, form) => {
      if (!use.csrf.check(journey.interaction.uid, form['csrf'])) {
        throw new AppError('forbidden', 'This form is no longer valid. Go back and try again.', {
          detail: 'csrf',
        })
      }
      if (form['action'] === 'restart') return askWho(journey)
      const { account } = await whoAllows(use, journey)
      if (form['decision'] === 'deny') {
        return { error: 'access_denied', error_description: 'the person did not allow it' }
      }
      if (form['decision'] !== 'approve') throw new AppError('bad_request', 'This form can not be read.')
      const asked = await whatIsAsked(use, journey)
      const { client, ctx } = journey
      await use.giveConsent(account.sub, client.clientId, asked, use.originOf(ctx))
      return { consent: {} }
    },
  }
}

/**
 * Somebody else sits here than whoever is signed in: they are asked who they are. Once they have proven it, the library
 * signs the other one out and asks for consent anew.
 */
async function askWho(journey: Journey): Promise<undefined> {
  const { interaction } = journey
  interaction.prompt = { name: 'login', reasons: ['somebody_else'], details: {} }
  await interaction.persist()
  return again(journey)
}

async function page(use: ConsentUse, journey: Journey): Promise<undefined> {
  const { account, before } = await whoAllows(use, journey)
  const asked = await whatIsAsked(use, journey)
  const knowsClient = before !== NO_CONSENT
  const item = (known: readonly string[]) => (name: string) => ({
    name,
    isNew: knowsClient && !known.includes(name),
  })
  const { client } = journey
  const keptPasskey = await use.findKeptPasskey(journey.ctx, account)
  const model: ConsentModel = {
    csrf: use.csrf.token(journey.interaction.uid),
    client: {
      ...clientFace(journey),
      verified: true,
      ...(client.policyUri === undefined ? {} : { policyUri: client.policyUri }),
      ...(client.tosUri === undefined ? {} : { tosUri: client.tosUri }),
    },
    redirectUri: parameter(journey, 'redirect_uri') ?? '',
    account: { email: account.email, ...(account.name === undefined ? {} : { name: account.name }) },
    scopes: asked.scopes.map(item(before.scopes)),
    claims: asked.claims.map(item(before.claims)),
    resources: Object.entries(asked.resources).map(([identifier, scopes]) => ({
      identifier,
      scopes: scopes.map(item(before.resources[identifier] ?? [])),
    })),
    offlineDays: use.offlineDays,
    connectedApps: use.connectedApps,
    ...(keptPasskey !== undefined && { keptPasskey }),
  }
  use.showPage(journey.ctx, 'consent', model, pageOptions(journey))
}

async function whoAllows(use: ConsentUse, { interaction, client }: Journey) {
  const sub = interaction.session?.accountId
  const account = sub === undefined ? undefined : await use.findAccount(sub)
  if (account === undefined || account.disabled) {
    throw new AppError('interaction_expired', 'This page was open too long. Start again.', {
      detail: 'account is gone',
    })
  }
  return { account, before: await use.findConsent(account.sub, client.clientId) }
}

/** Read from the stored authorization request, never from the form: what is allowed is what was shown. */
async function whatIsAsked(use: ConsentUse, journey: Journey): Promise<Consent> {
  const scopes = (parameter(journey, 'scope') ?? '').split(' ').filter((scope) => scope !== '')
  const resources: Record<string, string[]> = {}
  for (const identifier of indicators(journey)) {
    const known = await use.scopesOf(identifier)
    const asked = scopes.filter((scope) => known.includes(scope))
    if (asked.length > 0) resources[identifier] = asked
  }
  return { scopes: scopes.filter(use.isServerScope), claims: singleClaims(use, journey), resources }
}

function indicators({ interaction }: Journey): string[] {
  const resource = interaction.params['resource']
  return (Array.isArray(resource) ? resource : [resource]).filter((value) => typeof value === 'string')
}

/**
 * The `claims` parameter (OpenID Connect Core §5.5); the library has checked its shape. A claim that nobody here knows
 * is ignored, as there: its name would be a stranger's text on the page.
 */
function singleClaims({ isServerClaim }: ConsentUse, journey: Journey): string[] {
  const text = parameter(journey, 'claims')
  if (text === undefined) return []
  const parsed = JSON.parse(text) as Record<string, Record<string, unknown> | undefined>
  const names = ['id_token', 'userinfo'].flatMap((member) => Object.keys(parsed[member] ?? {}))
  return [...new Set(names)].filter((name) => isServerClaim(name) && !UNASKED.has(name))
}
