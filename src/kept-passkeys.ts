/** Whose browser may be asked to keep a passkey, for the pages where people are right after a sign-in. */
import type { Context } from 'koa'
import type { Account } from './accounts/account.ts'
import type { Core } from './core.ts'
import type { LookUps } from './look-ups.ts'
import type { KeptPasskeyModel } from './pages/account-factor-models.ts'
import type { BrowserSessions } from './provider/browser-session.ts'
import type { Csrf } from './security/csrf.ts'
import type { Level } from './security/sign-in-policy/levels.ts'
import type { SignInPolicy } from './security/sign-in-policy/policy.ts'
import { keptPasskeyFor, mayKeepPasskey } from './self-service/account/offer-passkey.ts'

export interface KeptPasskeysUse {
  core: Core
  lookUps: LookUps
  /** Whether a person has what it takes. */
  canReach: (sub: string, level: Level, policy: SignInPolicy) => Promise<boolean>
  browserSessions: Pick<BrowserSessions, 'of'>
  csrf: Csrf
}

export function createKeptPasskeys({ core, lookUps, canReach, browserSessions, csrf }: KeptPasskeysUse) {
  const use = {
    findSignInPolicy: () => lookUps.findSignInPolicy(),
    // Whoever has a second factor proves one before they change how they sign in (NIST SP 800-63B-4 §4.1.2.1): which one is
    // left to them, as another may be what they have lost.
    levelOf: async (sub: string): Promise<Level> =>
      (await canReach(sub, '2fa', await lookUps.findSignInPolicy())) ? '2fa' : '1fa',
    credentialsOf: core.accounts.credentials.of,
    clock: core.clock,
  }
  return {
    ...use,
    mayKeepPasskey: (whose: Parameters<typeof mayKeepPasskey>[1]) => mayKeepPasskey(use, whose),
    /** For a page of a sign-in, by who is signed in in this browser; undefined where that is nobody, or somebody else. */
    findKeptPasskey: async (ctx: Context, account: Account): Promise<KeptPasskeyModel | undefined> => {
      const session = await browserSessions.of(ctx)
      if (session?.sub !== account.sub || !(await mayKeepPasskey(use, { account, session }))) return undefined
      return keptPasskeyFor(csrf, session)
    },
  }
}

export type KeptPasskeys = ReturnType<typeof createKeptPasskeys>
