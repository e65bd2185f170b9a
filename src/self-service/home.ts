import Router from '@koa/router'

/** Where people begin, and where their password managers find the page that changes a password. */
const LEADS_TO = {
  '/': '/account',
  // W3C, A Well-Known URL for Changing Passwords.
  '/.well-known/change-password': '/account/password',
}

export function createHomeRouter(): Router {
  const router = new Router({ sensitive: true })
  for (const [path, target] of Object.entries(LEADS_TO))
    router.get(path, (ctx) => {
      ctx.status = 303
      ctx.redirect(target)
    })
  router.get('/healthz', (ctx) => {
    ctx.type = 'text'
    ctx.body = 'ok\n'
  })
  return router
}
