/**
 * `/account`: what a person manages alone. Pages are shown to whoever is signed in to this server in this browser; a
 * visit without that goes by the sign-in and comes back.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import { ACCOUNT_CALLBACK } from '../../clients/client.ts'
import { type AccountAlert, isAccountDone } from '../../pages/account-models.ts'
import { zoneOf } from '../../pages/locale-of.ts'
import type { ShowPage } from '../../pages/respond.ts'
import { readForm } from '../../security/body.ts'
import type { Csrf } from '../../security/csrf.ts'
import { admitOwnForm } from '../../security/origin.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Proof } from '../../sign-in/assurance.ts'
import { bindingOf } from './binding.ts'
import { type FreshUse, isFresh } from './fresh.ts'
import { goOn } from './go-on.ts'
import { navigationAt } from './navigation.ts'
import { keptPasskeyFor } from './offer-passkey.ts'
import type { AccountPage, SignedIn, Visit } from './page.ts'
import { HOME, returnTo } from './return-to.ts'
import { type AskUse, askForSignIn } from './sign-in.ts'

export interface AccountUse extends AskUse, FreshUse {
  pages: readonly AccountPage[]
  sessions: {
    of(ctx: Context): Promise<SignedIn | undefined>
    end(ctx: Context, session: SignedIn): Promise<void>
    prove(ctx: Context, session: SignedIn, proof: Proof): Promise<void>
  }
  findAccount: (sub: string) => Promise<Account | undefined>
  /** Whether a person's browser may keep a passkey for them, without asking. */
  mayKeepPasskey: (whose: { account: Account; session: SignedIn }) => Promise<boolean>
  csrf: Csrf
  showPage: ShowPage
  originOf: (ctx: Context) => Origin
}

const SIGN_OUT = '/account/sign-out'
const SIGNED_OUT = '/account/signed-out'

export function createAccountRouter(use: AccountUse): Router {
  const router = new Router({ sensitive: true })
  router.get(ACCOUNT_CALLBACK, (ctx) => comeBack(use, ctx))
  router.post(SIGN_OUT, (ctx) => signOut(use, ctx))
  router.get(SIGNED_OUT, (ctx) => use.showPage(ctx, 'logged-out', { next: HOME }))
  for (const page of use.pages) {
    router.get(page.path, async (ctx) => {
      const visit = await admit(use, ctx, page, page.fresh === 'always')
      if (visit !== undefined) await page.show(visit)
    })
    const { submit } = page
    if (submit === undefined) continue
    router.post(page.path, async (ctx) => {
      admitOwnForm(ctx.headers, use.issuer)
      const form = await readForm(ctx)
      const visit = await admit(use, ctx, page, page.fresh !== undefined)
      if (visit === undefined) return
      if (use.csrf.check(bindingOf(visit.session), form['csrf'])) return submit(visit, form)
      await visit.refuse('forbidden')
    })
  }
  return router
}

/** Undefined for whom a sign-in was asked of. */
async function admit(
  use: AccountUse,
  ctx: Context,
  page: AccountPage,
  takesFresh: boolean,
): Promise<Visit | undefined> {
  const session = await use.sessions.of(ctx)
  if (session === undefined) return askForSignIn(use, ctx) as undefined
  const visit = await visitOf(use, ctx, page, session)
  if (!takesFresh) return visit
  if (await isFresh(use, session)) return visit
  const level = await use.levelOf(session.sub)
  return askForSignIn(use, ctx, { email: visit.account.email, level }) as undefined
}

async function visitOf(
  use: AccountUse,
  ctx: Context,
  page: AccountPage,
  session: SignedIn,
  refused?: AccountAlert,
): Promise<Visit> {
  const account = await use.findAccount(session.sub)
  if (account === undefined) throw new AppError('interaction_expired', 'This account is gone.')
  const pages = await pagesFor(use.pages, account)
  if (!pages.includes(page)) throw new AppError('not_found', 'There is no such page.')
  const keeps = ctx.method === 'GET' && (await use.mayKeepPasskey({ account, session }))
  const zone = zoneOf(account.profile)
  const frame = {
    csrf: use.csrf.token(bindingOf(session)),
    account: { email: account.email, ...(account.name !== undefined && { name: account.name }) },
    ...(zone !== undefined && { zone }),
    navigation: navigationAt(pages, page.path),
    ...(keeps && { keptPasskey: keptPasskeyFor(use.csrf, session) }),
  }
  const said = ctx.query['done']
  return {
    ...{ ctx, account, session },
    origin: { ...use.originOf(ctx), actor: `user:${account.sub}` },
    show: (name, model, { status, alert = refused } = {}) => {
      const done = alert === undefined && ctx.method === 'GET' && isAccountDone(said) ? { done: said } : {}
      const whole = { ...model, frame: { ...frame, ...done, ...(alert && { alert }) } }
      const answer = status ?? (alert === undefined ? 200 : STATUS[alert])
      use.showPage(ctx, name, whole as Parameters<typeof use.showPage<typeof name>>[2], { status: answer })
    },
    prove: (proof) => use.sessions.prove(ctx, session, proof),
    refuse: async (alert) => page.show(await visitOf(use, ctx, page, session, alert)),
    done: (what, path = page.path) => {
      ctx.status = 303
      ctx.redirect(`${path}?done=${what}`)
    },
    goOn: (to) => goOn(use.showPage, ctx, to),
  }
}

async function pagesFor(pages: readonly AccountPage[], account: Account): Promise<AccountPage[]> {
  const there = await Promise.all(pages.map(async (page) => (await page.isThere?.(account)) ?? true))
  return pages.filter((_page, n) => there[n])
}

const STATUS: Record<AccountAlert, number> = { forbidden: 403, needed: 409 }

/** The end of a sign-in that was asked for above: nothing came of it but the session. */
async function comeBack(use: AccountUse, ctx: Context): Promise<void> {
  // Without this a browser that keeps no cookies would go round and round.
  if (ctx.query['error'] !== undefined || (await use.sessions.of(ctx)) === undefined)
    throw new AppError('interaction_expired', 'You aren’t signed in.', { detail: 'back without a session' })
  ctx.status = 303
  ctx.redirect(returnTo(ctx.query['state']))
}

async function signOut(use: AccountUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const session = await use.sessions.of(ctx)
  // Who is signed out already has what they came for.
  if (session !== undefined) {
    if (!use.csrf.check(bindingOf(session), form['csrf']))
      throw new AppError('forbidden', 'This form is no longer valid. Go back and try again.', {
        detail: 'csrf',
      })
    await use.sessions.end(ctx, session)
  }
  ctx.status = 303
  ctx.redirect(SIGNED_OUT)
}
