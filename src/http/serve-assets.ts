import type { Middleware } from 'koa'
import type { Assets } from '../pages/assets.ts'

/** Who opens a picture by itself gets a picture: an SVG is a document, and could bring scripts along. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

/** Styles, scripts and pictures, from memory; their names hold their hash, so they may be kept for ever. */
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
    if (asset.type.startsWith('image/')) ctx.set('content-security-policy', PICTURE_POLICY)
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
