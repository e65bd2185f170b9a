import type { Middleware } from 'koa'
import type { Assets } from '../pages/assets.ts'

/** Styles and scripts, from memory; their names hold their hash, so they may be kept for ever. */
export function serveAssets(assets: Assets): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/assets/')) return next()
    ctx.state['route'] = '/assets/:name'
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.find(ctx.path) : undefined
    if (asset === undefined) return next()
    ctx.set({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': asset.type,
      etag: asset.etag,
      vary: 'accept-encoding',
    })
    ctx.status = 200
    if (ctx.fresh) {
      ctx.status = 304
      return
    }
    const encoding = ctx.acceptsEncodings('br', 'gzip', 'identity')
    if (encoding === 'br' || encoding === 'gzip') {
      ctx.set('content-encoding', encoding)
      ctx.body = await asset.encoded(encoding)
    } else {
      ctx.body = asset.body
    }
    ctx.set('content-type', asset.type)
  }
}
