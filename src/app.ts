/** The composition root: everything that serves is built here, by hand, in dependency order, and closed in reverse. */
import type { default as Koa } from 'koa'
import type { StateStore } from '../adapters/contract.ts'
import { createAccount } from './account-pages.ts'
import { claimsOf } from './accounts/claims.ts'
import { createOriginOf, createTell } from './audit/request-events.ts'
import type { Core } from './core.ts'
import { isDemoAllowed } from './demo/demo-scope.ts'
import { endedSidLife } from './events/ended-sids.ts'
import { createFace, type Face } from './face.ts'
import { createFactors } from './factors.ts'
import { createFirstPartyApi } from './first-party-api.ts'
import { createGuards } from './guards.ts'
import { createAnswerError } from './http/answer-errors.ts'
import { createHttp } from './http.ts'
import { createComeBackToAccount, openElsewhere } from './identities.ts'
import { createFederationRouter } from './interaction/federation.ts'
import { createInteractionRouter } from './interaction/flow.ts'
import { createOwnBrowser } from './interaction/own-browser.ts'
import { createConsent } from './interaction/steps/consent.ts'
import { createCreate } from './interaction/steps/create.ts'
import type { PlaceUse } from './interaction/steps/place.ts'
import { createSignIn, type SignInUse } from './interaction/steps/sign-in.ts'
import { createKeptPasskeys, type KeptPasskeys } from './kept-passkeys.ts'
import { loadSigningKeys } from './keys/signing-keys.ts'
import { createLookUps, type LookUps } from './look-ups.ts'
import { provenNumber } from './methods/sms-code/proven-number.ts'
import { createPlainRouters } from './plain-pages.ts'
import { isServerClaim } from './provider/claims.ts'
import { cookieNames } from './provider/cookies.ts'
import { createEpochs, isCurrentGrant } from './provider/epochs.ts'
import { createHandles } from './provider/handles.ts'
import { ACR_NOT_REACHED } from './provider/interactions.ts'
import type { Lives } from './provider/living.ts'
import { createProvider } from './provider/provider.ts'
import { isServerScope } from './provider/scopes.ts'
import { createFindProofs } from './provider/sign-ons.ts'
import { INTERACTION_LIFE } from './provider/ttl.ts'
import { createReports, reportSignIn } from './reports.ts'
import { createRevocation } from './revocation.ts'
import { createSignInRisk, openAddresses } from './risk.ts'
import { createClientAddress } from './security/client-address.ts'
import { APPLICATIONS } from './self-service/account/applications.ts'
import { REGISTER_PATHS } from './self-service/register.ts'
import { limitSessions } from './sessions/limit-sessions.ts'
import { openSignIns } from './sign-ins.ts'
import { openState } from './state.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createRequestContexts } from './telemetry/request-context.ts'
import { requestId } from './telemetry/request-id.ts'
import { createTextCode } from './text-codes.ts'

export interface AppUse {
  core: Core
  log: Logger
  metrics: Metrics
}

export interface House {
  http: Koa
  /** Rejects while short-lived state can't be reached. */
  ping(): Promise<void>
  /** Events of changes in short-lived state, and that itself. */
  events: StateStore['events']
  /** What has ended there. */
  endings: StateStore['endings']
  grants: StateStore['grants']
  artifacts: StateStore['artifacts']
  /** Removes what has expired, where the store does not do so itself. */
  sweep(): Promise<number>
  close(): Promise<void>
}

const DAY = 24 * 60 * 60 * 1000

export async function createApp({ core, log, metrics }: AppUse): Promise<House> {
  const { config, clock } = core
  // Before anything that would have to be closed again: it may be refused.
  const signingKeys = await loadSigningKeys(core.signingKeys, core.sealer)
  const state = openState({ config, database: core.database, log })
  const lookUps = createLookUps(core)
  const requests = createRequestContexts()
  const guards = createGuards({ core, log, metrics, requests })
  const addresses = await openAddresses({ core, log, metrics })
  const originOf = createOriginOf(requests, (address) => addresses.about(address).place?.country)
  const face = createFace(core)
  const { assets, showPage } = face
  const answerError = createAnswerError({ showPage, requests, clock })

  const handles = createHandles(core.keys)
  const elsewhere = openElsewhere(core, lookUps, log)
  const text = createTextCode(core, face.look, metrics)
  const factors = createFactors(core, state.artifacts, handles)
  const { signIns, enrolments, canReach, suffices } = openSignIns({
    ...{ core, store: state.artifacts, handles, factors, elsewhere, guards, log, text },
    look: createSignInRisk({
      ...{ addresses, crowd: guards.crowd },
      findPolicy: lookUps.findRiskPolicy,
      onAssessed: ({ spoke }) => {
        for (const { rule, outcome } of spoke) metrics.risk(rule, outcome)
      },
    }),
    findPolicy: lookUps.findSignInPolicy,
    report: reportSignIn({ metrics, requests }),
  })

  const access = createRevocation(core, state, (error) =>
    log.warn({ component: 'sessions', error }, 'what was revoked is taken out of the store later'),
  )
  const { provider, firstParty, browserSessions } = createProvider({
    ...config,
    ...core,
    ...lookUps,
    access,
    sessions: limitSessions({
      ...{ sessions: core.sessions, access, clock },
      most: async () => (await lookUps.findSignInPolicy()).maxSessions,
    }),
    canReach,
    signingKeys,
    clientLimit: guards.clients,
    store: state,
    tell: createTell(originOf, clock),
    findConsent: core.consents.find,
    claimsOf,
    provenNumberOf: provenNumber({ credentials: core.accounts.credentials, sealer: core.sealer }),
    resourcesOf: async (clientId) =>
      (await core.resourceServers.list())
        .filter(({ introspectionClient }) => introspectionClient === clientId)
        .map(({ identifier }) => identifier),
    endedSids: (resources) => core.endedSids.since(resources, clock.now() - endedSidLife(config)),
    emailOf: async (sub) => (await lookUps.findAccount(sub))?.email,
    showPage,
    requestId: ({ req }) => requests.of(req).id,
    developerDetails: !config.production,
    reports: createReports({ metrics, requests }),
    addressOf: (req) => requests.of(req).ip,
    aboutAddress: addresses.about,
    stillLives: createStillLives(core),
    answerError,
    follow: (outer, inner) => requests.begin(inner, requests.of(outer)),
  })
  const ownBrowser = createOwnBrowser({
    provider,
    csrf: face.csrf,
    issuer: config.issuer,
    resumeCookie: cookieNames(config.issuer).resume,
    findAccount: lookUps.findAccountFresh,
  })
  const kept = createKeptPasskeys({ core, lookUps, canReach, browserSessions, csrf: face.csrf })
  const place = {
    ...{ originOf, browserOf: ownBrowser.nameOf, stepUpReason: ACR_NOT_REACHED, life: INTERACTION_LIFE },
    ...{ deviceOf: guards.signIn.deviceOf, lastMethodOf: guards.signIn.lastMethodOf },
    findProofs: createFindProofs(state.artifacts, handles),
  }
  const { findConnectors } = elsewhere
  const interaction = createInteractionRouter({
    provider,
    issuer: config.issuer,
    requests,
    ownBrowser,
    steps: createSteps(core, lookUps, face, {
      ...{ ...place, signIns, enrolments, findConnectors },
      findKeptPasskey: kept.findKeptPasskey,
    }),
  })
  const federation = createFederationRouter({
    ...{ ...place, provider, requests, ownBrowser, signIns, findConnectors, pending: factors.pending },
    comeBackToAccount: createComeBackToAccount({
      ...{ core, elsewhere, browserSessions, originOf },
      findAccount: lookUps.findAccountFresh,
    }),
  })
  return {
    http: createHttp({
      issuer: config.issuer,
      answerError,
      assets,
      provider,
      admit: ownBrowser.admit,
      requests,
      clock,
      log,
      requestIdOf: requestId,
      clientAddress: createClientAddress(config.trustProxy),
      observe: metrics.httpRequest,
      requestLimit: guards.requests,
      routers: [
        interaction,
        federation,
        ...createFirstPartyApi(core, {
          csrf: face.csrf,
          originOf,
          requests,
          firstParty,
          guards,
          signIns,
        }),
        createAccount({
          ...{ core, lookUps, state, factors, elsewhere, access, kept, suffices, text },
          browserNameOf: ownBrowser.nameOf,
          ...{ browserSessions, originOf, guards, requests, ...face },
        }),
        ...createPlainRouters(
          core,
          lookUps,
          { ...face, originOf },
          { provider, guards, requests, access, factors },
        ),
        ...(await openDemo(core, face)),
      ],
    }),
    ping: () => state.ping(),
    events: state.events,
    endings: state.endings,
    grants: state.grants,
    artifacts: state.artifacts,
    sweep: async () => (await state.sweep()) + (await guards.sweep()),
    close: async () => {
      addresses.close()
      await Promise.all([state.close(), guards.close()])
    },
  }
}

/** Whether a grant that Redis has kept was ended since, as the database itself has it: Redis may have forgotten that. */
function createStillLives({ accounts, clients, ends, clock }: Core): Lives {
  const epochs = createEpochs({
    findAccount: accounts.users.findBySub,
    findClient: clients.find,
    findBuiltInClient: ends.builtInClient,
    findOrganization: ends.organization,
    findEverything: ends.everything,
    wasEnded: ends.includesAny,
    clock,
  })
  return (grantKey, grant) => isCurrentGrant(epochs, grantKey, grant)
}

/** None in production. */
async function openDemo(core: Core, face: Face) {
  if (!isDemoAllowed(core.config)) return []
  const { createDemoRouters } = await import('./demo-pages.ts')
  return createDemoRouters(core, face)
}

function createSteps(
  core: Core,
  { findAccountFresh, findResourceServer }: LookUps,
  { csrf, showPage }: Face,
  {
    findKeptPasskey,
    ...signIn
  }: PlaceUse &
    Pick<SignInUse, 'signIns' | 'enrolments' | 'findConnectors'> &
    Pick<KeptPasskeys, 'findKeptPasskey'>,
) {
  const { config, consents, giveConsent } = core
  return {
    create: createCreate({ registerPath: REGISTER_PATHS.ask }),
    login: createSignIn({
      ...{ csrf, showPage, ...signIn },
      registration: config.registration,
      host: new URL(config.issuer).host,
      clock: core.clock,
    }),
    consent: createConsent({
      ...{ csrf, showPage, originOf: signIn.originOf },
      findAccount: findAccountFresh,
      findConsent: consents.find,
      giveConsent,
      scopesOf: async (identifier) => (await findResourceServer(identifier))?.scopes ?? [],
      isServerScope,
      isServerClaim,
      offlineDays: Math.ceil(config.refreshFamilyExp / DAY),
      connectedApps: APPLICATIONS,
      findKeptPasskey,
    }),
  }
}
