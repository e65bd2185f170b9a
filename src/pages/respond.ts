import { contentSecurityPolicy, redirectSource } from '../security/csp.ts'
import { PAGE_HEADERS } from '../security/headers.ts'
import { retryAfter } from '../shared/retry-after.ts'
import type { LanguageContext, LanguageOf } from './language.ts'
import type { PageModels, PageName } from './models.ts'
import type { Pages } from './pages.ts'

/** What a page needs of a Koa context, ours or the library's. */
export interface PageContext extends LanguageContext {
  status: number
  type: string
  body: unknown
  set(headers: Record<string, string>): void
}

export interface PageOptions {
  status?: number
  /** `ui_locales` of the request (OpenID Connect Core §3.1.2.1). */
  uiLocales?: string | undefined
  /** The redirect that follows this page's form: browsers apply `form-action` to it too. */
  leadsTo?: string | undefined
  /** The query with which a GET of its path shows this page again; where the path alone does, its view says so. */
  again?: Readonly<Record<string, string>> | undefined
}

export type ShowPage = <N extends PageName>(
  ctx: PageContext,
  name: N,
  model: PageModels[N],
  options?: PageOptions,
) => void

/** Renders a page in the person's language, with the headers that every page has. */
export function createShowPage(use: { pages: Pages; languageOf: LanguageOf }): ShowPage {
  return (ctx, name, model, options = {}) => {
    const locale = use.languageOf(ctx, options.uiLocales)
    ctx.status = options.status ?? 200
    ctx.type = 'html'
    ctx.set({
      ...PAGE_HEADERS,
      ...(options.status === 503 ? { 'retry-after': retryAfter() } : {}),
      'content-language': locale,
      'content-security-policy': contentSecurityPolicy({
        formAction: options.leadsTo === undefined ? [] : [redirectSource(options.leadsTo)],
      }),
    })
    ctx.body = use.pages.render(name, locale, model, options.again)
  }
}
