/** The gallery over http, under the policy that pages are served with, for tests that look at pages themselves. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Assets, createAssets } from '../../src/pages/assets.ts'
import { type GalleryState, gallery } from '../../src/pages/gallery.ts'
import { mailGallery } from '../../src/pages/mail-gallery.ts'
import { createMails } from '../../src/pages/mails.ts'
import { createMessages } from '../../src/pages/messages.ts'
import { createPages, type Pages } from '../../src/pages/pages.ts'
import { contentSecurityPolicy } from '../../src/security/csp.ts'

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url))

export interface GalleryServer {
  base: string
  assets: Assets
  pages: Pages
  /** Bodies of the forms that arrived. */
  received: string[]
  /** `/gallery/:id?ui_locales=de`; with `axe` the page brings axe-core along. Mails are at `/mail/:id`. */
  addressOf(state: Pick<GalleryState, 'id'>, query?: Record<string, string>): string
  stop(): void
}

export async function startGalleryServer(): Promise<GalleryServer> {
  const assets = createAssets()
  const use = { issuer: 'https://id.example.com', messages: createMessages() }
  const pages = createPages({ ...use, assets, production: false })
  const mails = createMails({ ...use, production: false })
  const received: string[] = []
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', base)
    const asset = pathname === '/axe.js' ? { type: 'text/javascript', body: AXE } : assets.find(pathname)
    if (asset) {
      response.setHeader('content-type', asset.type).setHeader('cache-control', 'max-age=3600, immutable')
      return void response.end(asset.body)
    }
    const type = 'text/html; charset=utf-8'
    response.setHeader('content-type', type).setHeader('content-security-policy', contentSecurityPolicy())
    if (request.method === 'POST') {
      received.push(Buffer.concat(await request.toArray()).toString())
      // The browser stays on the page that it has, as it does while an answer is on its way.
      if (pathname !== '/callback') response.statusCode = 204
      return void response.end(pages.render('logged-out', 'en', {}))
    }
    if (pathname === '/form-post') {
      return void response.end(
        pages.render('form-post', 'en', { action: `${base}/callback`, fields: FIELDS }),
      )
    }
    const mail = mailGallery.find(({ id }) => pathname === `/mail/${id}`)
    if (mail) {
      response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      return void response.end(mail.render(mails, searchParams.get('ui_locales') ?? 'en').html)
    }
    const state = gallery.find(({ id }) => pathname === `/gallery/${id}`)
    response.statusCode = state ? 200 : 404
    const html = state?.render(pages, searchParams.get('ui_locales') ?? 'en') ?? ''
    response.end(
      searchParams.has('axe') ? html.replace('</head>', '<script src="/axe.js"></script></head>') : html,
    )
  }

  return {
    ...{ base, assets, pages, received },
    addressOf: ({ id }, query = {}) => `${base}/gallery/${id}?${new URLSearchParams(query)}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const FIELDS = [
  { name: 'code', value: 'a b' },
  // A name that shadows the form's own method.
  { name: 'submit', value: 'x' },
]
