/** `/account`, put together: who is there, and what its pages work with. */
import type { Context } from 'koa'
import { type AccountAccessUse, createAccountAccess } from './account-access.ts'
import { type AccountFactorsUse, createAccountFactors } from './account-factors.ts'
import type { Account } from './accounts/account.ts'
import type { Origin } from './audit/event.ts'
import { recentEvents } from './audit/recent-events.ts'
import { createTrailRepository } from './audit/trail-repository.ts'
import { ACCOUNT } from './clients/client.ts'
import type { Guards } from './guards.ts'
import { createIdentities, type IdentitiesParts } from './identities.ts'
import type { KeptPasskeys } from './kept-passkeys.ts'
import { readUserAgent } from './messaging/user-agent.ts'
import type { LanguageOf } from './pages/language.ts'
import type { ShowPage } from './pages/respond.ts'
import type { BrowserSessions } from './provider/browser-session.ts'
import { ROUTES } from './provider/routes.ts'
import type { Csrf } from './security/csrf.ts'
import { createNotNow } from './security/not-now-cookie.ts'
import { createAccountPages } from './self-service/account/pages.ts'
import { createAccountRouter } from './self-service/account/router.ts'
import type { RequestContexts } from './telemetry/request-context.ts'

export interface AccountRouterUse
  extends AccountAccessUse,
    AccountFactorsUse,
    Omit<IdentitiesParts, 'pending'> {
  kept: KeptPasskeys
  browserSessions: BrowserSessions
  csrf: Csrf
  showPage: ShowPage
  languageOf: LanguageOf
  originOf: (ctx: Context) => Origin
  guards: Pick<Guards, 'signIn' | 'mails' | 'prompts' | 'numbers'>
  requests: RequestContexts
}

export function createAccount(use: AccountRouterUse) {
  const { core, lookUps, kept, browserSessions, csrf, showPage, originOf, guards, requests } = use
  return createAccountRouter({
    ...{ csrf, showPage, originOf },
    issuer: core.config.issuer,
    authorizationPath: ROUTES.authorization,
    clock: core.clock,
    sessions: browserSessions,
    findAccount: lookUps.findAccountFresh,
    ...{ levelOf: kept.levelOf, mayKeepPasskey: kept.mayKeepPasskey },
    pages: createAccountPages({
      ...createAccountAccess(use),
      ...createAccountEmail(use),
      ...createAccountFactors(use),
      ...createIdentities({ ...use, pending: use.factors.pending }),
      ...kept,
      notNow: createNotNow('passkey', { keys: () => core.keys.living('cookie'), issuer: core.config.issuer }),
      passwordSetAt: ({ id }) => core.accounts.credentials.passwordSetAt(id),
      changePassword: core.changePassword,
      changeProfile: core.changeProfile,
      guard: guards.signIn,
      addressOf: ({ req }) => requests.of(req).ip,
      beginAnew: browserSessions.beginAnew,
      minLength: core.passwordPolicy.minLength,
      recentEvents: recentEvents(createTrailRepository(core.database.db)),
      clientName: async (id) =>
        id === ACCOUNT
          ? core.config.brand.name
          : ((await lookUps.findClient(id))?.metadata.client_name ?? id),
      readUserAgent,
      languageOf: use.languageOf,
      clock: core.clock,
    }),
  })
}

const createAccountEmail = ({ core, guards }: AccountRouterUse) => ({
  askToDelete: core.askToDelete,
  deletionDays: core.deletionDays,
  askToVerify: core.askToVerify,
  provesEmail: core.provesEmail,
  verifyEmail: core.verifyEmail,
  findEmailChange: core.findEmailChange('new'),
  confirmEmailChange: core.confirmEmailChange('new'),
  askToChangeEmail: core.askToChangeEmail,
  withdrawEmailChange: core.withdrawEmailChange,
  emailChangeOf: ({ id }: Account) => core.accounts.emailChanges.pending({ userId: id }, core.clock.now()),
  admitsMail: (email: string) => guards.mails.admits('email', email),
})
