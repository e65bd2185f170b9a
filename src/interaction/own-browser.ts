/**
 * What a person does at a step counts in the browser where it was done. The library finds a flow by cookies alone, which
 * a sibling host can plant (cookie tossing): an attacker could have somebody sign in within a flow of his own and go on
 * as that person, or have a browser finish what he began and be signed in as himself. Over https the name of the cookie
 * below keeps other hosts from planting it (RFC 6265bis §4.1.3.2), and what is proven and every finished step is bound to it.
 */
import { hash } from 'node:crypto'
import type { Context } from 'koa'
import type { Provider } from 'oidc-provider'
import type { Account } from '../accounts/account.ts'
import { createBrowserSecret } from '../security/browser-secret.ts'
import { readCookie } from '../security/cookies.ts'
import type { Csrf } from '../security/csrf.ts'
import { AppError } from '../shared/app-error.ts'

export interface OwnBrowserUse {
  provider: Provider
  csrf: Csrf
  issuer: string
  /** Name of the cookie by which the library finds the flow on the way back. */
  resumeCookie: string
  findAccount: (sub: string) => Promise<Pick<Account, 'epoch'> | undefined>
}

export interface OwnBrowser {
  /** Gives the browser a secret until it closes, if it has none. */
  meet(ctx: Context): void
  /** The same for each request of this browser, and no secret: what one has begun, no other goes on with. */
  nameOf(ctx: Context): string
  /** For the result of a step: this browser finished it. */
  proof(ctx: Context): string
  /**
   * Refuses the way back from a step that another browser has finished, and from a sign-in after which everything of its
   * person was ended: the session would begin behind that.
   */
  admit(ctx: Context): Promise<void>
}

export function createOwnBrowser(use: OwnBrowserUse): OwnBrowser {
  const { provider, csrf, issuer, resumeCookie } = use
  const secret = createBrowserSecret(issuer)
  const binding = (value: string): string => `browser ${value}`
  return {
    meet: (ctx) => void secret.ensure(ctx),
    nameOf: (ctx) => hash('sha256', binding(secret.ensure(ctx)), 'base64url'),
    proof: (ctx) => csrf.token(binding(secret.ensure(ctx))),
    admit: async (ctx) => {
      const flow = readCookie(ctx.req.headers.cookie, resumeCookie)
      const result = flow === undefined ? undefined : (await provider.Interaction.find(flow))?.result
      // Nothing done: the library asks again, here.
      if (result === undefined) return
      if (!csrf.check(binding(secret.read(ctx) ?? ''), result['browser']))
        throw expired('another browser finished this step')
      const login = result.login
      if (login === undefined) return
      const account = await use.findAccount(login.accountId)
      if (account?.epoch !== login['epoch']) throw expired('everything of the account was ended since')
    },
  }
}

const expired = (detail: string): AppError =>
  new AppError('interaction_expired', 'This page was open too long, or belongs to another browser.', {
    detail,
  })
