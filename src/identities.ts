/** Sign-in elsewhere, put together: the connectors, what a sign-in asks of them, and what a person has connected. */
import type { Context } from 'koa'
import { z } from 'zod'
import type { Account } from './accounts/account.ts'
import type { Person } from './accounts/person.ts'
import type { Origin } from './audit/event.ts'
import type { Core } from './core.ts'
import { type Connector, slugsOf } from './federation/connector.ts'
import { createFederation, type Federation, KEPT, type Returned } from './federation/federation.ts'
import { holdForAccount } from './interaction/federation.ts'
import type { LookUps } from './look-ups.ts'
import type { IdentityUse } from './methods/identity/identity.ts'
import { linkIdentity, unlinkIdentity } from './methods/identity/link.ts'
import { identityIn, type StoredIdentity } from './methods/identity/stored.ts'
import type { Pending } from './methods/pending.ts'
import type { BrowserSessions } from './provider/browser-session.ts'
import { createLibraryFetch } from './security/library-fetch.ts'
import type { SignInPolicy } from './security/sign-in-policy/policy.ts'
import { IDENTITIES, type IdentitiesUse } from './self-service/account/identities.ts'
import { AppError } from './shared/app-error.ts'
import type { Logger } from './telemetry/logger.ts'

export interface Elsewhere {
  federation: Federation
  /** Where people may sign in now, by their names. */
  findConnectors: () => Promise<{ slug: string; name: string }[]>
  method: Pick<IdentityUse, 'begin' | 'finish'>
}

export function openElsewhere(
  core: Core,
  { findConnectors }: Pick<LookUps, 'findConnectors'>,
  log: Logger,
): Elsewhere {
  const enabled = async () => (await findConnectors()).filter(({ disabled }) => !disabled)
  const federation = createFederation({
    findConnector: async (slug) => (await enabled()).find((connector) => connector.slug === slug),
    secrets: core.connectorSecrets,
    issuer: core.config.issuer,
    fetch: createLibraryFetch(core.outboundFetch),
    allowHttp: !core.config.production,
    onFault: (connector, { reason, cause }) =>
      log.warn({ component: 'federation', connector, reason, error: cause }, 'a connector was of no use'),
    clock: core.clock,
  })
  return {
    federation,
    findConnectors: async () => (await enabled()).map(({ slug, name }) => ({ slug, name })),
    method: {
      begin: async (connector, howNew) => {
        const begun = await federation.begin(connector, howNew)
        return begun && { ...begun, state: begun.kept.state }
      },
      finish: (kept, returned) => federation.finish(KEPT.parse(kept), returned),
    },
  }
}

export interface IdentitiesParts {
  core: Core
  lookUps: LookUps
  elsewhere: Elsewhere
  pending: Pending
  suffices: (person: Person, policy: SignInPolicy) => boolean
  browserNameOf: (ctx: Context) => string
}

/** For the page at `/account`. */
export function createIdentities({
  core,
  lookUps,
  elsewhere,
  pending,
  suffices,
  browserNameOf,
}: IdentitiesParts): IdentitiesUse {
  return {
    connectors: elsewhere.findConnectors,
    identitiesOf: async ({ id }) => {
      const connectors = await lookUps.findConnectors()
      // Identities go with their connectors: where there is none, the store is not asked at each page.
      if (connectors.length === 0) return []
      const credentials = await core.accounts.credentials.of(id)
      return credentials.flatMap(({ method, data, ...credential }) => {
        const stored = method === 'identity' ? identityIn({ data }) : undefined
        const connector = connectors.find((one) => one.id === stored?.connector)
        if (connector === undefined) return []
        return { ...credential, connector: connector.name, usable: isUsable(connector, stored) }
      })
    },
    connect: async ({ ctx, session }, slug) => {
      const connector = (await elsewhere.findConnectors()).find((one) => one.slug === slug)
      // Whoever is signed in there may be somebody else who used this browser: they are asked. Where nobody says that they
      // were, their person has at least come this way.
      const begun = connector && (await elsewhere.federation.begin(slug, { maxAge: 0 }))
      if (connector === undefined || begun === undefined) return undefined
      const { kept, url } = begun
      const held = { kept, sub: session.sub, session: session.id } satisfies z.input<typeof HELD>
      await pending.put('identity', kept.state, holdForAccount(browserNameOf(ctx), held))
      return { name: connector.name, href: url }
    },
    disconnect: async (account, id, origin) => {
      const policy = await lookUps.findSignInPolicy()
      const unlink = unlinkIdentity({
        ...{ ...core, suffices: (person) => suffices(person, policy) },
        slugs: async () => slugsOf(await lookUps.findConnectors()),
      })
      return unlink(account, id, origin)
    },
  }
}

/** What was connected at another issuer, before the connector got this one, opens nothing. */
const isUsable = ({ disabled, config }: Connector, stored: StoredIdentity | undefined): boolean =>
  !disabled && stored?.issuer === config.issuer

const HELD = z.object({ kept: KEPT, sub: z.string(), session: z.string() })

export interface ComeBackUse {
  core: Core
  elsewhere: Elsewhere
  browserSessions: Pick<BrowserSessions, 'of'>
  findAccount: (sub: string) => Promise<Account | undefined>
  originOf: (ctx: Context) => Origin
}

/** Back at `/account` with an identity, for whoever left from there: in the session in which they did. */
export const createComeBackToAccount = ({
  core,
  elsewhere,
  browserSessions,
  findAccount,
  originOf,
}: ComeBackUse) => {
  const link = linkIdentity(core)
  return async (ctx: Context, told: unknown, returned: Returned): Promise<void> => {
    const { kept, sub, session } = HELD.parse(told)
    const present = await browserSessions.of(ctx)
    const account = present && (await findAccount(sub))
    if (present?.sub !== sub || present.id !== session || account === undefined)
      throw new AppError('interaction_expired', 'You aren’t signed in any more.', {
        detail: 'back from elsewhere in another session',
      })
    const finished = await elsewhere.federation.finish(kept, returned)
    const goOn = (query: string): void => {
      ctx.status = 303
      ctx.redirect(`${IDENTITIES}?${query}`)
    }
    if (!finished.ok)
      return goOn(`error=${finished.reason === 'declined' ? 'declined' : 'failed'}&at=${returned.slug}`)
    const { identity } = finished
    const called = await finished.called()
    const origin = { ...originOf(ctx), actor: `user:${sub}` }
    const outcome = await link(account, { identity, called, slug: returned.slug }, origin)
    if (outcome === 'gone') throw new AppError('interaction_expired', 'This account is gone.')
    return goOn(outcome === 'linked' ? 'done=identity_linked' : `error=taken&at=${returned.slug}`)
  }
}
