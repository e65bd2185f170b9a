/** The composition root: everything that serves is built here, by hand, in dependency order, and closed in reverse. */
import type { Context, default as Koa } from 'koa'
import type { Provider } from 'oidc-provider'
import type { StateStore } from '../adapters/contract.ts'
import { createAccount } from './account-pages.ts'
import { claimsOf } from './accounts/claims.ts'
import type { Origin } from './audit/event.ts'
import { createOriginOf, createTell } from './audit/request-events.ts'
import { FIRST_PARTY } from './clients/client.ts'
import type { Core } from './core.ts'
import { readDemoFile } from './demo/demo-file.ts'
import { isDemoAllowed } from './demo/demo-scope.ts'
import { endedSidLife } from './events/ended-sids.ts'
import { openLook, openMails, openPages } from './face.ts'
import { createFactors, type Factors } from './factors.ts'
import { createFirstPartyRouter } from './first-party/api.ts'
import { createRefreshCookie } from './first-party/cookies.ts'
import { createGuards, type Guards } from './guards.ts'
import { createAnswerError } from './http/answer-errors.ts'
import { createLogoRouter } from './http/serve-logos.ts'
import { createHttp } from './http.ts'
import { findJourneyOf } from './interaction/find-journey.ts'
import { createInteractionRouter } from './interaction/flow.ts'
import { createOwnBrowser } from './interaction/own-browser.ts'
import { createConsent } from './interaction/steps/consent.ts'
import { createCreate } from './interaction/steps/create.ts'
import { createSignIn, type SignInUse } from './interaction/steps/sign-in.ts'
import { createKeptPasskeys, type KeptPasskeys } from './kept-passkeys.ts'
import { loadSigningKeys } from './keys/signing-keys.ts'
import { createLookUps, type LookUps } from './look-ups.ts'
import { createPasskeyByLink } from './methods/passkey/redeem-link.ts'
import { provenNumber } from './methods/sms-code/proven-number.ts'
import { createDisown } from './not-me.ts'
import { createLanguageOf } from './pages/language.ts'
import { createShowPage } from './pages/respond.ts'
import { PLAYGROUND_ASSETS } from './playground/assets.ts'
import { createGalleryRouter } from './playground/gallery.ts'
import { createMailboxRouter } from './playground/mailbox.ts'
import { createPlaygroundRouter } from './playground/playground.ts'
import { isServerClaim } from './provider/claims.ts'
import { cookieNames } from './provider/cookies.ts'
import { createEpochs, isCurrentGrant } from './provider/epochs.ts'
import type { FirstParty } from './provider/first-party.ts'
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
import { createBrowserSecret } from './security/browser-secret.ts'
import { createClientAddress } from './security/client-address.ts'
import { type Csrf, createCsrf } from './security/csrf.ts'
import { neighbourhoodOf } from './security/rate-limit/network.ts'
import { HOME as ACCOUNT_HOME } from './self-service/account/return-to.ts'
import { createChangeEmailRouter } from './self-service/change-email.ts'
import { createHomeRouter } from './self-service/home.ts'
import { createKeepAccountRouter } from './self-service/keep-account.ts'
import { createNotMeRouter } from './self-service/not-me.ts'
import { createPasskeyAddressesRouter } from './self-service/passkey-addresses.ts'
import { createPasswordStrengthRouter } from './self-service/password-strength.ts'
import { createRegisterRouter, REGISTER_PATHS } from './self-service/register.ts'
import { createResetRouter } from './self-service/reset.ts'
import { createSetPasswordRouter } from './self-service/set-password.ts'
import { createWayBack } from './self-service/way-back.ts'
import { limitSessions } from './sessions/limit-sessions.ts'
import type { RevokeAccess } from './sessions/revoke-access.ts'
import type { SignIns } from './sign-in/types.ts'
import { openSignIns } from './sign-ins.ts'
import { openState } from './state.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createRequestContexts, type RequestContexts } from './telemetry/request-context.ts'
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
  const text = createTextCode(core, face.look, metrics)
  const factors = createFactors(core, state.artifacts, handles)
  const { signIns, enrolments, canReach, suffices } = openSignIns({
    ...{ core, store: state.artifacts, handles, factors, guards, log, text },
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
  const interaction = createInteractionRouter({
    provider,
    issuer: config.issuer,
    requests,
    ownBrowser,
    steps: createSteps(core, lookUps, { ...face, originOf }, guards, {
      ...{ signIns, enrolments, browserOf: ownBrowser.nameOf },
      findProofs: createFindProofs(state.artifacts, handles),
      findKeptPasskey: kept.findKeptPasskey,
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
        ...createFirstPartyApi(core, {
          csrf: face.csrf,
          originOf,
          requests,
          firstParty,
          guards,
          signIns,
        }),
        createAccount({
          ...{ core, lookUps, state, factors, access, kept, suffices, text },
          ...{ browserSessions, originOf, guards, requests, ...face },
        }),
        ...createPlainRouters(
          core,
          lookUps,
          { ...face, originOf },
          { provider, guards, requests, access, factors },
        ),
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

type Face = ReturnType<typeof createFace>
type WithOrigin = { originOf: ReturnType<typeof createOriginOf> }

/** What people see, and the token that their forms carry. */
function createFace({ config, keys }: Core) {
  const look = openLook(config)
  const { assets, pages } = openPages(config, look, isDemoAllowed(config) ? PLAYGROUND_ASSETS : [])
  const languageOf = createLanguageOf({ ...config, ...look.messages })
  return {
    ...{ look, assets, pages, languageOf },
    showPage: createShowPage({ pages, languageOf }),
    csrf: createCsrf(() => keys.living('cookie')),
  }
}

function createSteps(
  core: Core,
  { findAccountFresh, findResourceServer }: LookUps,
  { csrf, showPage, originOf }: Face & WithOrigin,
  guards: Guards,
  {
    findKeptPasskey,
    ...signIn
  }: Pick<SignInUse, 'signIns' | 'enrolments' | 'findProofs' | 'browserOf'> &
    Pick<KeptPasskeys, 'findKeptPasskey'>,
) {
  const { config, consents, giveConsent } = core
  return {
    create: createCreate({ registerPath: REGISTER_PATHS.ask }),
    login: createSignIn({
      csrf,
      showPage,
      originOf,
      ...signIn,
      deviceOf: guards.signIn.deviceOf,
      lastMethodOf: guards.signIn.lastMethodOf,
      stepUpReason: ACR_NOT_REACHED,
      life: INTERACTION_LIFE,
      registration: config.registration,
      host: new URL(config.issuer).host,
      clock: core.clock,
    }),
    consent: createConsent({
      csrf,
      showPage,
      originOf,
      findAccount: findAccountFresh,
      findConsent: consents.find,
      giveConsent,
      scopesOf: async (identifier) => (await findResourceServer(identifier))?.scopes ?? [],
      isServerScope,
      isServerClaim,
      offlineDays: Math.ceil(config.refreshFamilyExp / DAY),
      findKeptPasskey,
    }),
  }
}

interface FirstPartyApiUse extends WithOrigin {
  signIns: SignIns
  csrf: Csrf
  requests: RequestContexts
  firstParty: FirstParty
  guards: Guards
}

/** None where no origin may call it. */
function createFirstPartyApi(core: Core, use: FirstPartyApiUse) {
  const { csrf, originOf, requests, firstParty, guards, signIns } = use
  const { config } = core
  if (config.firstPartyOrigins.length === 0) return []
  return [
    createFirstPartyRouter({
      origins: config.firstPartyOrigins,
      accountAddress: new URL(ACCOUNT_HOME, config.issuer).href,
      requests,
      cookie: createRefreshCookie({
        sameSite: config.cookieSameSite,
        domain: config.cookieDomain,
        csrf,
        familyOf: firstParty.familyOf,
      }),
      signIns,
      visitOf: (ctx) => visitOf(ctx, originOf(ctx), guards.signIn),
      tokens: firstParty,
    }),
  ]
}

/** Without a page that was shown before, what a caller looks like is all that ties two calls of one sign-in together. */
function visitOf({ req, res }: Context, origin: Origin, { deviceOf }: Guards['signIn']) {
  const { 'accept-language': language, 'user-agent': agent = '', dpop, cookie } = req.headers
  const kind = agent.replace(/[\d.]+/g, '')
  return {
    ...{ req, res },
    origin: { ...origin, client: FIRST_PARTY, device: { cookieId: deviceOf(cookie), language } },
    binding: JSON.stringify([kind, neighbourhoodOf(origin.ip ?? ''), dpop !== undefined]),
  }
}

interface PlainUse {
  factors: Factors
  provider: Provider
  guards: Guards
  requests: RequestContexts
  access: RevokeAccess
}

/** Pages outside of a flow. */
function createPlainRouters(
  core: Core,
  { findClient, findSignInPolicy }: LookUps,
  { assets, csrf, showPage, originOf, ...face }: Face & WithOrigin,
  { provider, guards, requests, access, factors }: PlainUse,
) {
  const { config } = core
  const linked = {
    ...{ issuer: config.issuer, csrf, showPage, originOf },
    addressOf: ({ req }: Context) => requests.of(req).ip,
    misses: guards.links,
    browser: createBrowserSecret(config.issuer),
    wayBack: createWayBack({ issuer: config.issuer, findJourneyOf: findJourneyOf(provider) }),
    limit: guards.mails,
    minLength: core.passwordPolicy.minLength,
  }
  const demo = isDemoAllowed(config)
  const playground = () =>
    createPlaygroundRouter({ ...config, assets, demo: () => readDemoFile(config.dataDir) })
  const pages = () =>
    createGalleryRouter({ ...face, ...face.look, assets, mails: openMails(config, face.look) })
  const mailbox = () =>
    createMailboxRouter({ assets, mailbox: core.devMailbox, sent: config.mail !== undefined })
  const register = () =>
    createRegisterRouter({
      ...{ ...linked, languageOf: face.languageOf },
      askToRegister: core.askToRegister((email) => guards.mails.admits('registration', email)),
      findRegistration: core.findRegistration,
      register: core.register,
    })
  return [
    createHomeRouter(),
    createPasskeyAddressesRouter({ issuer: config.issuer, ...config.passkeys }),
    createSetPasswordRouter({
      ...linked,
      findLink: core.openLink,
      redeemLink: core.redeemLink,
      passkey: createPasskeyByLink({
        ...{ ...core, passkeys: factors.passkeys },
        mayUse: async () => (await findSignInPolicy()).methods.includes('passkey'),
      }),
    }),
    createResetRouter({
      ...linked,
      languageOf: face.languageOf,
      askToReset: core.askToReset,
      findLink: core.openResetLink,
      redeemLink: core.resetPassword,
    }),
    ...(config.registration ? [register()] : []),
    createPasswordStrengthRouter({
      ...linked,
      ...face,
      ...face.look,
      policy: core.passwordPolicy,
      limit: guards.passwordStrength,
    }),
    createKeepAccountRouter({
      ...linked,
      findLink: core.findDeletion,
      keepAccount: core.keepAccount,
      deletionDays: core.deletionDays,
    }),
    createChangeEmailRouter({
      ...linked,
      findEmailChange: core.findEmailChange('old'),
      confirmEmailChange: core.confirmEmailChange('old'),
      findUndo: core.findUndo,
      undoEmailChange: core.undoEmailChange,
    }),
    createNotMeRouter({ ...linked, findLink: core.openNotMeLink, disown: createDisown(core, access) }),
    createLogoRouter({ findClient }),
    ...(demo ? [playground(), mailbox(), pages()] : []),
  ]
}
