/** Pages outside of a flow and beside the account, put together. */
import type { Context } from 'koa'
import type { Provider } from 'oidc-provider'
import type { Core } from './core.ts'
import type { Face, WithOrigin } from './face.ts'
import type { Factors } from './factors.ts'
import type { Guards } from './guards.ts'
import { createLogoRouter } from './http/serve-logos.ts'
import { findJourneyOf } from './interaction/find-journey.ts'
import type { LookUps } from './look-ups.ts'
import { createPasskeyByLink } from './methods/passkey/redeem-link.ts'
import { createDisown } from './not-me.ts'
import { createBrowserSecret } from './security/browser-secret.ts'
import { createChangeEmailRouter } from './self-service/change-email.ts'
import { createHomeRouter } from './self-service/home.ts'
import { createKeepAccountRouter } from './self-service/keep-account.ts'
import { createNotMeRouter } from './self-service/not-me.ts'
import { createPasskeyAddressesRouter } from './self-service/passkey-addresses.ts'
import { createPasswordStrengthRouter } from './self-service/password-strength.ts'
import { createRegisterRouter } from './self-service/register.ts'
import { createResetRouter } from './self-service/reset.ts'
import { createSetPasswordRouter } from './self-service/set-password.ts'
import { createWayBack } from './self-service/way-back.ts'
import type { RevokeAccess } from './sessions/revoke-access.ts'
import type { RequestContexts } from './telemetry/request-context.ts'

export interface PlainUse {
  factors: Factors
  provider: Provider
  guards: Guards
  requests: RequestContexts
  access: RevokeAccess
}

export function createPlainRouters(
  core: Core,
  { findClient, findSignInPolicy }: LookUps,
  { csrf, showPage, originOf, ...face }: Face & WithOrigin,
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
  ]
}
