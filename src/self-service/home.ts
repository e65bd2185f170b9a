import Router from '@koa/router'
import type { ShowPage } from '../pages/respond.ts'

export interface HomeUse {
  showPage: ShowPage
  /** Where the root leads while people have no pages of their own: the demo's playground, if it is there. */
  playground: string | undefined
}

/** `/` and the well-known address of the password page (W3C, A Well-Known URL for Changing Passwords). */
export function createHomeRouter({ showPage, playground }: HomeUse): Router {
  const router = new Router({ sensitive: true })
  router.get(['/', '/.well-known/change-password'], async (ctx) => {
    if (playground !== undefined) {
      ctx.status = 303
      ctx.redirect(playground)
      return
    }
    showPage(ctx, 'notice', {
      heading: 'This is a sign-in service',
      text: 'Applications send you here when you sign in to them. Open the application that you want to use.',
    })
  })
  router.get('/healthz', async (ctx) => {
    ctx.type = 'text'
    ctx.body = 'ok\n'
  })
  return router
}
