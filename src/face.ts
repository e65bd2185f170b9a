/** What people see, put together from what the operator gave: its languages, its pages, its mails. */
import type { Context } from 'koa'
import type { Origin } from './audit/event.ts'
import type { Config } from './config/config.ts'
import { VARIABLES } from './config/env.ts'
import { ConfigurationRefused, type Core } from './core.ts'
import { isDemoAllowed } from './demo/demo-scope.ts'
import { type AssetSource, createAssets, hostedAssets } from './pages/assets.ts'
import { type Brand, createBrand } from './pages/brand.ts'
import { checkReplaced } from './pages/check-replaced.ts'
import { createLanguageOf } from './pages/language.ts'
import { createMails, type Mails } from './pages/mails.ts'
import { createMessages, type Messages } from './pages/messages.ts'
import { createPages } from './pages/pages.ts'
import { createShowPage } from './pages/respond.ts'
import { createTexts, type Texts } from './pages/texts.ts'
import { OUR_VIEWS, openViews, type ViewFiles } from './pages/view-files.ts'
import { PLAYGROUND_ASSETS } from './playground/assets.ts'
import { createCsrf } from './security/csrf.ts'

/** What pages and mails have in common. */
export interface Look {
  brand: Brand
  views: ViewFiles
  messages: Messages
}

export function openLook({ brand, viewsDir }: Config): Look {
  const views = viewsDir === undefined ? OUR_VIEWS : given('VIEWS_DIR', () => openViews(viewsDir))
  return {
    views,
    brand: given('BRAND_LOGO', () => createBrand(brand)),
    messages: createMessages(views.catalogues),
  }
}

export const openMails = (config: Config, look: Look): Mails =>
  drawn(look, () => createMails({ ...config, ...look }))

export const openTexts = (config: Config, look: Look): Texts =>
  drawn(look, () => createTexts({ ...config, ...look }))

/** `others`: assets of pages beside those. */
export function openPages(config: Config, look: Look, others: readonly AssetSource[] = []) {
  const assets = createAssets([...hostedAssets(look.views), ...look.brand.assets, ...others])
  const use = { ...config, ...look, assets }
  const pages = drawn(look, () => {
    const replaced = createPages(use)
    if (look.views.replaced.length > 0)
      checkReplaced(replaced, createPages({ ...use, views: OUR_VIEWS }), use)
    return replaced
  })
  return { assets, pages }
}

/** Where nothing of ours was replaced, a fault is our own. */
const drawn = <T>({ views }: Look, draw: () => T): T =>
  views === OUR_VIEWS ? draw() : given('VIEWS_DIR', draw)

/** What can't be made of a file of the operator's is a fault of the configuration. */
function given<T>(variable: 'VIEWS_DIR' | 'BRAND_LOGO', make: () => T): T {
  try {
    return make()
  } catch (error) {
    const message = `can’t be used: ${error instanceof Error ? error.message : error}`
    throw new ConfigurationRefused([{ variable, message, example: VARIABLES[variable].example }])
  }
}

export type Face = ReturnType<typeof createFace>
export type WithOrigin = { originOf: (ctx: Context) => Origin }

/** What people see, and the token that their forms carry. */
export function createFace({ config, keys }: Core) {
  const look = openLook(config)
  const { assets, pages } = openPages(config, look, isDemoAllowed(config) ? PLAYGROUND_ASSETS : [])
  const languageOf = createLanguageOf({ ...config, ...look.messages })
  return {
    ...{ look, assets, pages, languageOf },
    showPage: createShowPage({ pages, languageOf }),
    csrf: createCsrf(() => keys.living('cookie')),
  }
}
