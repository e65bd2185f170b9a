/**
 * What an address is asked that is to be replaced: whether it agrees, and afterwards, whether to take it back. Opening the
 * pages changes nothing; they need no session, as whoever reads the mailbox is whom they ask.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { FoundChange } from '../accounts/confirm-email-change.ts'
import type { EmailChange } from '../accounts/email-changes-repository.ts'
import type { Origin } from '../audit/event.ts'
import type { ShowPage } from '../pages/respond.ts'
import { readForm } from '../security/body.ts'
import type { Csrf } from '../security/csrf.ts'
import { admitOwnForm } from '../security/origin.ts'
import { linkExpired, type OneTimeLinkUse, openOneTimeLink } from './one-time-link.ts'
import { SET_PASSWORD_PATH } from './set-password.ts'

export interface ChangeEmailPagesUse extends Omit<OneTimeLinkUse, 'findLink'> {
  issuer: string
  csrf: Csrf
  showPage: ShowPage
  findEmailChange: (token: string) => Promise<FoundChange | undefined>
  confirmEmailChange: (token: string, origin: Origin) => Promise<'waiting' | 'changed' | undefined>
  findUndo: (token: string) => Promise<EmailChange | undefined>
  /** A token that sets a new password; undefined where the link is good no more. */
  undoEmailChange: (token: string, origin: Origin) => Promise<string | undefined>
  originOf: (ctx: Context) => Origin
}

export const EMAIL_PATHS = {
  confirm: '/email/confirm',
  undo: '/email/undo',
  waiting: '/email/waiting',
  changed: '/email/changed',
} as const

export function createChangeEmailRouter(use: ChangeEmailPagesUse): Router {
  const router = new Router({ sensitive: true })
  router.get(EMAIL_PATHS.confirm, async (ctx) => confirmPage(use, ctx, await openedChange(use, ctx)))
  router.post(EMAIL_PATHS.confirm, (ctx) => confirm(use, ctx))
  router.get(EMAIL_PATHS.undo, async (ctx) => undoPage(use, ctx, await openedUndo(use, ctx)))
  router.post(EMAIL_PATHS.undo, (ctx) => undo(use, ctx))
  router.get(EMAIL_PATHS.waiting, (ctx) => use.showPage(ctx, 'email-waiting', {}))
  router.get(EMAIL_PATHS.changed, (ctx) => use.showPage(ctx, 'email-changed', {}))
  return router
}

/** What a link leads to, with its token. */
async function opened<Found>(
  use: ChangeEmailPagesUse,
  ctx: Context,
  find: (token: string) => Promise<Found | undefined>,
  emailOf: (found: Found) => string,
): Promise<{ token: string; found: Found }> {
  let found: Found | undefined
  const findLink = async (token: string) => {
    found = await find(token)
    return found && { email: emailOf(found) }
  }
  const { token } = await openOneTimeLink({ ...use, findLink }, ctx)
  if (found === undefined) throw linkExpired()
  return { token, found }
}

const openedChange = (use: ChangeEmailPagesUse, ctx: Context) =>
  opened(use, ctx, use.findEmailChange, ({ change }) => change.email)

const openedUndo = (use: ChangeEmailPagesUse, ctx: Context) =>
  opened(use, ctx, use.findUndo, ({ fromEmail }) => fromEmail)

async function confirm(use: ChangeEmailPagesUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const change = await openedChange(use, ctx)
  if (!use.csrf.check(change.token, form['csrf'])) return confirmPage(use, ctx, change, 'forbidden')
  const outcome = await use.confirmEmailChange(change.token, use.originOf(ctx))
  if (outcome === undefined) throw linkExpired()
  ctx.status = 303
  ctx.redirect(EMAIL_PATHS[outcome])
}

function confirmPage(
  use: ChangeEmailPagesUse,
  ctx: Context,
  { token, found: { change } }: { token: string; found: FoundChange },
  error?: 'forbidden',
): void {
  const model = { csrf: use.csrf.token(token), email: change.email, ...(error && { error }) }
  use.showPage(ctx, 'email-confirm', model, { status: error ? 403 : 200, again: { token } })
}

async function undo(use: ChangeEmailPagesUse, ctx: Context): Promise<void> {
  admitOwnForm(ctx.headers, use.issuer)
  const form = await readForm(ctx)
  const change = await openedUndo(use, ctx)
  if (!use.csrf.check(change.token, form['csrf'])) return undoPage(use, ctx, change, 'forbidden')
  const next = await use.undoEmailChange(change.token, use.originOf(ctx))
  if (next === undefined) throw linkExpired()
  ctx.status = 303
  ctx.redirect(`${SET_PASSWORD_PATH}?token=${next}`)
}

function undoPage(
  use: ChangeEmailPagesUse,
  ctx: Context,
  { token, found: { fromEmail } }: { token: string; found: EmailChange },
  error?: 'forbidden',
): void {
  const model = { csrf: use.csrf.token(token), email: fromEmail, ...(error && { error }) }
  use.showPage(ctx, 'email-undo', model, { status: error ? 403 : 200, again: { token } })
}
