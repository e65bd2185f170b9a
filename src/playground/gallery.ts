/**
 * `/dev/pages`: every page and every mail in every state, with sample data, in each language and theme, for those who
 * design, translate and change them. Nothing here does anything.
 */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Assets } from '../pages/assets.ts'
import { gallery } from '../pages/gallery.ts'
import type { LanguageOf } from '../pages/language.ts'
import { mailGallery } from '../pages/mail-gallery.ts'
import type { Mails } from '../pages/mails.ts'
import type { Locale, Messages } from '../pages/messages.ts'
import type { Pages } from '../pages/pages.ts'
import { createTemplates } from '../pages/templates.ts'
import { AppError } from '../shared/app-error.ts'
import { loopbackOnly } from './loopback-only.ts'
import { MAIL_POLICY } from './mail-policy.ts'

export interface GalleryUse {
  assets: Assets
  messages: Messages
  languageOf: LanguageOf
  pages: Pages
  mails: Mails
}

const THEMES = ['system', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

export function createGalleryRouter(use: GalleryUse): Router {
  const index = createIndex(use)
  const router = new Router({ sensitive: true })
  router.use(loopbackOnly())
  router.get('/dev/pages', (ctx) => {
    ctx.type = 'html'
    ctx.body = index(use.languageOf(ctx), themeOf(ctx))
  })
  router.get('/dev/pages/page/:id', (ctx) => {
    const state = find(gallery, ctx)
    ctx.type = 'html'
    ctx.body = inTheme(state.render(use.pages, use.languageOf(ctx)), themeOf(ctx))
  })
  // Its form leads back to it.
  router.post('/dev/pages/page/:id', (ctx) => {
    ctx.status = 303
    ctx.redirect(ctx.url)
  })
  router.get('/dev/pages/mail/:id', (ctx) => {
    ctx.set('content-security-policy', MAIL_POLICY)
    ctx.type = 'html'
    ctx.body = themed(find(mailGallery, ctx).render(use.mails, use.languageOf(ctx)).html, themeOf(ctx))
  })
  router.get('/dev/pages/mail-text/:id', (ctx) => {
    ctx.type = 'text'
    ctx.body = find(mailGallery, ctx).render(use.mails, use.languageOf(ctx)).text
  })
  router.get('/dev/pages/style/:theme/assets/:name', (ctx) => {
    const asset = use.assets.find(`/assets/${ctx['params']['name']}`)
    const theme = THEMES.find((name) => name === ctx['params']['theme'])
    if (asset === undefined || theme === undefined) throw nothingHere()
    ctx.type = asset.type
    ctx.body = themed(asset.body.toString(), theme)
  })
  return router
}

function find<State extends { id: string }>(states: readonly State[], ctx: Context): State {
  const state = states.find(({ id }) => id === ctx['params']['id'])
  if (state === undefined) throw nothingHere()
  return state
}

const nothingHere = (): AppError => new AppError('not_found', 'There is nothing at this address.')

const themeOf = ({ query }: Context): Theme => THEMES.find((name) => name === query['theme']) ?? 'system'

/** A page whose style sheets follow `theme` instead of the system. */
const inTheme = (html: string, theme: Theme): string =>
  theme === 'system'
    ? html
    : html.replaceAll(
        'rel="stylesheet" href="/assets/',
        `rel="stylesheet" href="/dev/pages/style/${theme}/assets/`,
      )

/** What asks for the system's scheme is answered here. */
function themed(text: string, theme: Theme): string {
  if (theme === 'system') return text
  return text
    .replaceAll('(prefers-color-scheme: dark)', theme === 'dark' ? '(min-width: 0)' : '(max-width: 0)')
    .replaceAll('color-scheme: light dark', `color-scheme: ${theme}`)
}

function createIndex({ assets, messages }: GalleryUse): (locale: Locale, theme: Theme) => string {
  const draw = createTemplates(['playground/gallery', 'parts/icon'])
  return (locale, theme) => {
    const query = (over: object) => `?${new URLSearchParams({ ui_locales: locale, theme, ...over })}`
    return draw('playground/gallery', {
      asset: assets.href,
      languages: messages.locales.map((tag) => ({
        ...{ tag, name: messages.ownName(tag), current: tag === locale },
        href: query({ ui_locales: tag }),
      })),
      themes: THEMES.map((name) => ({ name, current: name === theme, href: query({ theme: name }) })),
      pages: byName(gallery),
      mails: byName(mailGallery),
      query: query({}),
    })
  }
}

/** `sign-in.missing` is a state of `sign-in`. */
function byName(
  states: readonly { id: string }[],
): { name: string; states: { id: string; says: string }[] }[] {
  const names = [...new Set(states.map(({ id }) => id.split('.')[0] ?? ''))]
  return names.map((name) => ({
    name,
    states: states
      .filter(({ id }) => id.split('.')[0] === name)
      .map(({ id }) => ({ id, says: id.slice(name.length + 1).replaceAll('-', ' ') || 'plain' })),
  }))
}
