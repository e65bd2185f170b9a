/** The composition root: everything that serves is built here, by hand, in dependency order, and closed in reverse. */
import type Koa from 'koa'
import type { Account } from './accounts/account.ts'
import { claimsOf } from './accounts/claims.ts'
import type { Client, ResourceServer } from './clients/client.ts'
import type { Core } from './core.ts'
import { readDemoFile } from './demo/demo-file.ts'
import { refusingDemo, withoutDemo } from './demo/demo-only.ts'
import { isDemoAllowed } from './demo/demo-scope.ts'
import { createLogoRouter } from './http/serve-logos.ts'
import { createHttp } from './http.ts'
import { createInteractionRouter } from './interaction/flow.ts'
import { createOwnBrowser } from './interaction/own-browser.ts'
import { createConsent } from './interaction/steps/consent.ts'
import { createSignIn } from './interaction/steps/sign-in.ts'
import { loadSigningKeys } from './keys/signing-keys.ts'
import { createAssets, HOSTED_ASSETS } from './pages/assets.ts'
import { createMessages } from './pages/messages.ts'
import { createPages } from './pages/pages.ts'
import { createShowPage } from './pages/respond.ts'
import { PLAYGROUND_ASSETS } from './playground/assets.ts'
import { createPlaygroundRouter } from './playground/playground.ts'
import { ACR_1FA, isServerClaim } from './provider/claims.ts'
import { cookieNames } from './provider/cookies.ts'
import { createProvider } from './provider/provider.ts'
import { isServerScope } from './provider/scopes.ts'
import { createReports, reportSignIn } from './reports.ts'
import { createClientAddress } from './security/client-address.ts'
import { createCsrf } from './security/csrf.ts'
import { createHomeRouter } from './self-service/home.ts'
import { createSetPasswordRouter } from './self-service/set-password.ts'
import { createLookUpCache } from './shared/look-up-cache.ts'
import { openState } from './state.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createRequestContexts } from './telemetry/request-context.ts'
import { requestId } from './telemetry/request-id.ts'

export interface AppUse {
  core: Core
  log: Logger
  metrics: Metrics
}

export interface House {
  http: Koa
  /** Rejects while short-lived state can't be reached. */
  ping(): Promise<void>
  /** Removes what has expired, where the store does not do so itself. */
  sweep(): Promise<number>
  close(): Promise<void>
}

/** How long a node may go on with what it knew of an account, a client, a resource server. */
const KNOWN_FOR = 1000
const DAY = 24 * 60 * 60 * 1000

export async function createApp({ core, log, metrics }: AppUse): Promise<House> {
  const { config, clock } = core
  // Before anything that would have to be closed again: it may be refused.
  const signingKeys = await loadSigningKeys(core.signingKeys, core.sealer)
  const state = openState({ config, database: core.database, log })
  const remember = <T>(load: (key: string) => Promise<T | undefined>) =>
    createLookUpCache({ load, ttlMs: KNOWN_FOR, clock })
  const demo = isDemoAllowed(config)
  const honoured = demo ? <T>(find: T): T => find : withoutDemo
  const known = {
    account: remember<Account>(honoured(core.accounts.users.findBySub)),
    client: remember<Client>(honoured(core.clients.find)),
    resource_server: remember<ResourceServer>(honoured(core.resourceServers.find)),
  }
  for (const [topic, { forget }] of Object.entries(known)) core.notices.subscribe(topic, forget)
  const findAccount = known.account.find
  const findClient = known.client.find
  const findResourceServer = known.resource_server.find

  const requests = createRequestContexts()
  const assets = createAssets(demo ? [...HOSTED_ASSETS, ...PLAYGROUND_ASSETS] : HOSTED_ASSETS)
  const messages = createMessages()
  const pages = createPages({ issuer: config.issuer, assets, messages, production: config.production })
  const showPage = createShowPage({ pages, messages })
  const csrf = createCsrf(core.keys.current('cookie').key)

  const provider = createProvider({
    ...config,
    ...core,
    signingKeys,
    store: state,
    findAccount,
    findClient,
    findResourceServer,
    findConsent: core.consents.find,
    claimsOf,
    emailOf: async (sub) => (await findAccount(sub))?.email,
    showPage,
    requestId: ({ req }) => requests.of(req).id,
    developerDetails: !config.production,
    reports: createReports({ metrics, requests }),
  })
  const ownBrowser = createOwnBrowser({
    provider,
    csrf,
    issuer: config.issuer,
    resumeCookie: cookieNames(config.issuer).resume,
  })
  const interaction = createInteractionRouter({
    provider,
    issuer: config.issuer,
    requests,
    ownBrowser,
    steps: {
      login: createSignIn({
        csrf,
        showPage,
        authenticate: demo ? core.authenticate : refusingDemo(core.authenticate),
        acr: ACR_1FA,
        reportSignIn: reportSignIn({ metrics, requests }),
      }),
      consent: createConsent({
        csrf,
        showPage,
        findAccount: honoured(core.accounts.users.findBySub),
        findConsent: core.consents.find,
        addConsent: core.consents.add,
        scopesOf: async (identifier) => (await findResourceServer(identifier))?.scopes ?? [],
        isServerScope,
        isServerClaim,
        offlineDays: Math.ceil(config.refreshFamilyExp / DAY),
      }),
    },
  })
  const setPassword = createSetPasswordRouter({
    issuer: config.issuer,
    csrf,
    showPage,
    findLink: core.openLink,
    redeemLink: core.redeemLink,
    minLength: 8,
  })
  const playground = demo
    ? [createPlaygroundRouter({ ...config, assets, demo: () => readDemoFile(config.dataDir) })]
    : []
  return {
    http: createHttp({
      issuer: config.issuer,
      assets,
      provider,
      admit: ownBrowser.admit,
      showPage,
      requests,
      clock,
      log,
      requestIdOf: requestId,
      clientAddress: createClientAddress(config.trustProxy),
      observe: metrics.httpRequest,
      routers: [
        createHomeRouter({ showPage, playground: demo ? '/playground' : undefined }),
        interaction,
        setPassword,
        createLogoRouter({ findClient }),
        ...playground,
      ],
    }),
    ping: () => state.ping(),
    sweep: () => state.sweep(),
    close: () => state.close(),
  }
}
