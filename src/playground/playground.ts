/**
 * A small relying party against this very server, for everybody who wants to see a flow step by step. What a browser
 * application does runs in the browser (`views/playground`); what needs a client secret runs here, behind `/api`. It is
 * part of the demo: this machine alone gets to see it, and in production it is not mounted.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import { readForm } from '../security/body.ts'
import { PAGE_HEADERS } from '../security/headers.ts'
import { refuseForeignOrigin } from '../security/origin.ts'
import { AppError } from '../shared/app-error.ts'
import { CALLS } from './calls.ts'
import type { ReadDemo } from './demo.ts'
import { hostAsSent, loopbackOnly } from './loopback-only.ts'
import { createNotes } from './notes.ts'
import { CALLBACK, createPlaygroundPage, type PlaygroundPageUse } from './page.ts'
import { readJson } from './read-json.ts'
import { createRelyingParty } from './relying-party.ts'

export interface PlaygroundUse extends PlaygroundPageUse {
  demo: ReadDemo
}

export function createPlaygroundRouter(use: PlaygroundUse): Router {
  const { issuer, demo } = use
  const draw = createPlaygroundPage(use)
  const ask = createRelyingParty(use)
  const show = async (ctx: Context, posted?: string): Promise<void> => {
    ctx.set(PAGE_HEADERS)
    ctx.type = 'html'
    ctx.body = draw(await demo(), posted)
  }
  const router = new Router({ sensitive: true })
  router.use(loopbackOnly())
  router.get('/playground', (ctx) =>
    isElsewhere(ctx, issuer) ? ctx.redirect(`${issuer}/playground`) : show(ctx),
  )
  router.get(CALLBACK, (ctx) => show(ctx))
  router.post(CALLBACK, async (ctx) => show(ctx, new URLSearchParams(await readForm(ctx)).toString()))
  router.get('/playground/api/notes', createNotes(issuer))
  router.post('/playground/api/:call', async (ctx) => {
    // Whatever a program says to accept, it reads its errors as JSON.
    ctx.req.headers.accept = 'application/json'
    const foreign = refuseForeignOrigin(ctx.headers, issuer)
    if (foreign !== undefined)
      throw new AppError('forbidden', 'This came from another site.', { detail: foreign })
    const call = CALLS.get(ctx['params']['call'] ?? '')
    if (call === undefined) throw new AppError('not_found', 'There is nothing at this address.')
    ctx.body = await ask(call.clientId, call.read(await readJson(ctx), `${issuer}${CALLBACK}`))
  })
  return router
}

/** This machine by another of its names: the page works at the issuer's origin only, as its redirect URI says. */
const isElsewhere = ({ req }: Context, issuer: string): boolean =>
  hostAsSent(req)?.toLowerCase() !== new URL(issuer).host
