import Router from '@koa/router'
import type { Client } from '../clients/client.ts'
import { readLogo } from '../clients/logo.ts'

export interface LogosUse {
  findClient: (clientId: string) => Promise<Client | undefined>
}

/** `/logos/:client/:version`. The sandbox is for whoever opens the picture itself: it may be anything but a program. */
export function createLogoRouter({ findClient }: LogosUse): Router {
  const router = new Router({ sensitive: true })
  router.get('/logos/:client/:version', async (ctx, next) => {
    const clientId = Buffer.from(ctx['params']['client'] ?? '', 'base64url').toString()
    const logo = readLogo((await findClient(clientId))?.metadata.logo_uri)
    if (logo === undefined) return next()
    ctx.set({
      'cache-control': 'public, max-age=86400',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': logo.type,
    })
    ctx.body = logo.body
    ctx.set('content-type', logo.type)
  })
  return router
}
